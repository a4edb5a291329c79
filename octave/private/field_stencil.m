## SPDX-License-Identifier: GPL-3.0-or-later

## y = field_stencil (caller, U, K, boundary, outside): y(i,j) = sum of K(a,b) U(i+a-(rows(K)+1)/2, j+b-(columns(K)+1)/2), of numbers or traced. All checks of
## fields stand here.

function y = field_stencil (caller, U, K, boundary, outside)
  known = {"periodic", "replicate", "dirichlet"};
  if (! isa (U, "hybrid_expr") && ! (isnumeric (U) || islogical (U)) || ndims (U) > 2 || isempty (U))
    error ("hybridsam:field:field", "%s: U must be a field, H x W or H x 1 real numbers, got %s", caller, field_text (U));
  elseif (! isa (U, "hybrid_expr") && ! isreal (U))
    error ("hybridsam:field:field", "%s: U must be a field of real numbers, got %s", caller, field_text (U));
  endif
  if (! ischar (boundary) || ! any (strcmp (boundary, known)))
    error ("hybridsam:field:boundary", "%s: the boundary must be one of %s, got %s", caller, strjoin (known, ", "), short_text (boundary));
  endif
  if (! isnumeric (outside) || ! isreal (outside) || ! isscalar (outside) || ! isfinite (outside))
    error ("hybridsam:field:value", "%s: the value outside must be a finite number, got %s", caller, short_text (outside));
  endif
  if (! isnumeric (K) || ! isreal (K) || isempty (K) || ndims (K) > 2 || any (mod (size (K), 2) == 0) || any (size (K) > 31) || ! all (isfinite (K(:))))
    error ("hybridsam:field:kernel", "%s: the stencil must be finite numbers, with odd numbers of rows and columns of at most 31, got %s", caller, short_text (K));
  endif
  [H, W] = size (U);
  if (any (size (K) > [H W]))
    error ("hybridsam:field:kernel", "%s: the stencil of %d x %d is larger than the field of %d x %d", caller, size (K), H, W);
  endif
  if (isa (U, "hybrid_expr"))
    y = __hybrid_tape__ ("node", "stencil", H, W, node_of (U), [H, W, size(K), find(strcmp (boundary, known)) - 1, outside, double(K(:)')]);
    return;
  endif
  y = zeros (H, W);
  padded = [double(U(:)); outside];
  number = reshape (1:H * W, H, W);
  for j = 1:columns (K)
    for i = 1:rows (K)
      r = boundary_index (H, i - (rows (K) + 1) / 2, boundary);
      c = boundary_index (W, j - (columns (K) + 1) / 2, boundary);
      at = (H * W + 1) * ones (H, W);
      at(r > 0,c > 0) = number(r(r > 0),c(c > 0));
      y += K(i,j) * reshape (padded(at), H, W);
    endfor
  endfor
endfunction

function text = field_text (U)
  text = short_text (U);
  if (isa (U, "hybrid_expr"))
    text = sprintf ("a traced quantity of %s", strjoin (arrayfun (@(n) sprintf ("%d", n), size (U), "UniformOutput", false), " x "));
  endif
endfunction
