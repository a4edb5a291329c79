## SPDX-License-Identifier: GPL-3.0-or-later

## [lambda, V] = top_eigenvalues (product, n, k): the k algebraically largest eigenvalues of a symmetric n x n matrix that is known by its products with
## columns, and their eigenvectors; Lanczos with full reorthogonalisation, LAPACK for the small problem. Stops when the residual of all k is below 1e-8 of the
## largest, and after 100 products.

function [lambda, V] = top_eigenvalues (product, n, k)
  k = min (k, n);
  most = min (n, 100);
  Q = zeros (n, most);
  a = b = zeros (most, 1);
  q = counter_random (7, 1, n) - 0.5;
  Q(:,1) = q / norm (q);
  for j = 1:most
    z = product (Q(:,j));
    a(j) = Q(:,j)' * z;
    for again = 1:2
      z -= Q(:,1:j) * (Q(:,1:j)' * z);
    endfor
    b(j) = norm (z);
    [S, L] = eig (diag (a(1:j)) + diag (b(1:j-1), 1) + diag (b(1:j-1), -1));
    [lambda, order] = sort (diag (L), "descend");
    S = S(:,order);
    size_of = max (abs (lambda));
    if (j == most || b(j) <= eps * max (size_of, realmin) * n || (j >= k && all (b(j) * abs (S(j,1:k)) < 1e-8 * size_of)))
      break;
    endif
    Q(:,j+1) = z / b(j);
  endfor
  k = min (k, j);
  lambda = lambda(1:k);
  V = Q(:,1:j) * S(:,1:k);
endfunction
