## SPDX-License-Identifier: GPL-3.0-or-later

## An algebraic hybrid model on real data: a light sensor behind two polarizers (Gamella et al. 2025, examples/data/README.md).
##
##   ir_3 / sd = (theta . (red, green, blue) / 100) cos^2 (pol_1 - pol_2) + f (all settings)
##
## Malus' law with three unknown brightnesses theta; the network f must find two LEDs beside the sensor and the polarizers' leakage,
## which the law does not know. theta is judged by its direction; the reference is least squares of ir_3 on the law, the LEDs and a
## constant over all 10,000 rows.

here = fileparts (mfilename ("fullpath"));
addpath (fullfile (here, "..", "octave"), fullfile (here, "..", "src"));
quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));

names = {"red", "green", "blue", "pol_1", "pol_2", "l_31", "l_32"};
all = hybrid_data (fullfile (here, "data", "light_tunnel.csv"), "outputs", {"ir_3"}, "inputs", names);
U = all.u;
scale = std (all.y);
y = all.y / scale;
middle = mean (U);
spread = std (U);

cosine2 = cosd (U(:,4) - U(:,5)) .^ 2;  # the file has degrees
law = U(:,1:3) .* cosine2;
reference = ([law, U(:,6:7), ones(rows (U), 1)] \ all.y)(1:3);

function y = sensor (u, p, nn)
  settings = [u.red; u.green; u.blue; u.pol_1; u.pol_2; u.l_31; u.l_32];
  law = p.theta' * (settings(1:3) / 100) * cos ((u.pol_1 - u.pol_2) * pi / 180) ^ 2;
  y = law + nn.f ((settings - p.middle) ./ p.spread);
endfunction

model = hybrid_model ("inputs", names, "params", struct ("theta", [1; 1; 1]), "nets", struct ("f", hybrid_net ([7 32 32 1])), ...
                      "outputs", {"ir_3"}, "constants", struct ("middle", middle', "spread", spread'), ...
                      "output", @(t, x, u, p, nn) sensor (u, p, nn));

part = @(k) hybrid_data ([], y(k), "inputs", U(k,:));
train = part (1:500);
test = part (1001:rows (U));
disp (train);

printf ("%-10s %12s %12s\n", "", "1 - cosine", "test RMSE");
methods = {"erm", 0; "sam", 0.2; "sam", 0.5};
fits = cell (1, 3);
for k = 1:3
  fits{k} = hybrid_train (model, train, "method", methods{k,1}, "rho", methods{k,2}, "iterations", {3000, 20}{1 + quick}, "batch", 100, ...
                          "learning_rate", 3e-3, "display", "off");
  theta = fits{k}.params.theta;
  printf ("%-10s %12.4f %12.3f\n", strtrim (sprintf ("%s %g", upper (methods{k,1}), methods{k,2})), ...
          1 - theta' * reference / norm (theta) / norm (reference), sqrt (hybrid_gradient (model, test, fits{k}.values)));
endfor
