## SPDX-License-Identifier: GPL-3.0-or-later

## The same node as a stack of so many fields.

function e = paged (e, pages)
  e.pages = pages;
endfunction
