# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench-peers: one loss and gradient of P, of the spiral and of R (bench_problem.m) by PyTorch, torchdiffeq, JAX and diffrax, beside ours.

Same data, same values, float64, one thread, rtol 1e-6 and atol 1e-8 where there is a tolerance. All contestants of a problem take turns, round after
round; processor time. Compilation and first calls are not counted but stated. "Error" is |g - g*|/|g*| with g* by our dopri5 at rtol 1e-12;
before anything is timed, Runge-Kutta by PyTorch must agree with ours to 1e-10, which says that the problems are the same.

"one system" steps all trajectories together, "each its own" (vmap) one by one, as ours do. torchdiffeq's rk4 is the 3/8 rule, ours and the
hand-written ones are the classical one.
"""
import csv
import os
import statistics
import subprocess
import time
from types import SimpleNamespace

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402  (after the processor is chosen)

QUICK = bool(os.environ.get("HYBRIDSAM_QUICK"))
OUT = "build/bench"
LAYERS = {"P25": [2, 64, 64, 1], "P100": [2, 64, 64, 1], "spiral": [2, 50, 2], "R": [2, 16, 16, 2]}
TITLES = {"P25": "P B=25 T=40", "P100": "P B=100 T=100", "spiral": "spiral", "R": "R 32x32 B=8 T=15"}
RTOL, ATOL = 1e-6, 1e-8


class Problem:
    def __init__(self, name):
        read = lambda what: np.loadtxt(f"{OUT}/peers/{name}_{what}.csv", delimiter=",", ndmin=2)
        self.name, self.layers = name, LAYERS[name]
        self.kind = {"s": "spiral", "R": "fields"}.get(name[0], "pendulum")
        self.n_params = {"spiral": 0, "fields": 2, "pendulum": 1}[self.kind]
        self.t, self.x0, self.v, self.g = read("t")[:, 0], read("x0"), read("v")[:, 0], read("g")[:, 0]
        self.y = read("y").reshape(len(self.t), -1, self.x0.shape[1])  # T, B, n_x
        self.side = int((self.x0.shape[1] / 2) ** 0.5)
        # the first sample of P gave the initial state and does not count
        self.first = 1 if self.kind == "pendulum" else 0

    def split(self, v):
        """(params, [(W, b), ...]) of a flat vector of any array library. W is stored column by column: (in, out) as x @ W wants it, or (out, in, 3, 3)."""
        at = self.n_params
        net = []
        for n_in, n_out in zip(self.layers[:-1], self.layers[1:]):
            taps = 9 if self.kind == "fields" else 1
            W = v[at : at + taps * n_in * n_out].reshape((n_out, n_in, 3, 3) if taps == 9 else (n_in, n_out))
            at += taps * n_in * n_out
            net.append((W, v[at : at + n_out]))
            at += n_out
        return v[: self.n_params], net

    def rhs(self, x, params, net, library):
        if self.kind == "fields":
            return self.reaction_diffusion(x, params, net, library)
        a = x if self.kind == "pendulum" else x**3
        for W, b in net[:-1]:
            a = library.tanh(a @ W + b)
        f = a @ net[-1][0] + net[-1][1]
        if self.kind == "spiral":
            return f
        return library.stack([x[..., 1], -params[0] * library.sin(x[..., 0]) + f[..., 0]], -1)

    def reaction_diffusion(self, x, params, net, library):
        fields = x.reshape(-1, 2, self.side, self.side)
        a = fields
        for W, b in net[:-1]:
            a = library.tanh(library.conv(a, W) + b[:, None, None])
        a = library.conv(a, net[-1][0]) + net[-1][1][:, None, None]
        near = sum(library.roll(fields, k, axis) for k in (1, -1) for axis in (2, 3))
        laplacian = (near - 4 * fields) / (2 / self.side) ** 2
        return (params[:, None, None] * laplacian + a).reshape(x.shape)

    def error(self, g):
        return float(np.linalg.norm(g - self.g) / np.linalg.norm(self.g))


class Ours:
    """The Octave process of ours.m."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["octave-cli", "--norc", "-q", "--no-history", "tests/bench/peers/ours.m"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit("ours.m did not start")

    def ask(self, name, solver):
        self.process.stdin.write(f"{name} {solver}\n ")  # Octave's fgetl waits for a character beyond the line
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def contestant(self, name, solver, core=False):
        def run():
            call_ms, core_ms, error = self.ask(name, solver)
            return (core_ms if core else call_ms), error

        return run

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(q, gradient):
    """A contestant: one call -> (processor ms, error of the gradient)."""

    def run():
        start = time.process_time()
        g = gradient()
        ms = 1e3 * (time.process_time() - start)
        return ms, q.error(np.asarray(g))

    return run


def runge_kutta(f, x, h):
    k1 = f(x)
    k2 = f(x + h / 2 * k1)
    k3 = f(x + h / 2 * k2)
    k4 = f(x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def by_torch(q):
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    tensor = lambda a: torch.tensor(a)
    conv = lambda x, W: torch.nn.functional.conv2d(torch.nn.functional.pad(x, (1, 1, 1, 1), mode="circular"), W)
    library = SimpleNamespace(tanh=torch.tanh, sin=torch.sin, stack=torch.stack, conv=conv, roll=torch.roll)
    t, x0, y = tensor(q.t), tensor(q.x0), tensor(q.y)

    class Equation(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.v = torch.nn.Parameter(tensor(q.v))

        def forward(self, t, x):
            params, net = q.split(self.v)
            return q.rhs(x, params, net, library)

    equation = Equation()

    def steps(equation):
        params, net = q.split(equation.v)
        f = lambda x: q.rhs(x, params, net, library)
        all_x = [x0]
        for h in np.diff(q.t):
            all_x.append(runge_kutta(f, all_x[-1], h))
        return torch.stack(all_x)

    def gradient_of(solve):
        def gradient():
            equation.v.grad = None
            loss = ((solve(equation) - y)[q.first :] ** 2).mean()
            loss.backward()
            return equation.v.grad.numpy()

        return gradient

    found = {"rk4": {"PyTorch, RK4 written out": gradient_of(steps)}, "adaptive": {}}
    try:
        import torchdiffeq
    except ImportError:
        return found
    grid = {"method": "rk4"}
    tight = {"method": "dopri5", "rtol": RTOL, "atol": ATOL}
    found["rk4"]["torchdiffeq odeint rk4"] = gradient_of(lambda e: torchdiffeq.odeint(e, x0, t, **grid))
    found["adaptive"] = {
        "torchdiffeq odeint dopri5, one system": gradient_of(lambda e: torchdiffeq.odeint(e, x0, t, **tight)),
        "torchdiffeq odeint_adjoint dopri5, one system": gradient_of(lambda e: torchdiffeq.odeint_adjoint(e, x0, t, **tight)),
    }
    return found


def by_jax(q):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    t, x0, y, v = (jnp.asarray(a) for a in (q.t, q.x0, q.y, q.v))

    def conv(x, W):
        return jax.lax.conv(jnp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="wrap"), W, (1, 1), "VALID")

    library = SimpleNamespace(tanh=jnp.tanh, sin=jnp.sin, stack=jnp.stack, conv=conv, roll=jnp.roll)

    def f(x, v):
        params, net = q.split(v)
        return q.rhs(x, params, net, library)

    def steps(v):
        def one(x, h):
            x = runge_kutta(lambda x: f(x, v), x, h)
            return x, x

        return jnp.concatenate([x0[None], jax.lax.scan(one, x0, jnp.diff(t))[1]])

    def gradient_of(solve):
        gradient = jax.jit(jax.grad(lambda v: ((solve(v) - y)[q.first :] ** 2).mean()))
        return lambda: gradient(v).block_until_ready()

    found = {"rk4": {"JAX, RK4 written out, scan": gradient_of(steps)}, "adaptive": {}}
    try:
        import diffrax
    except ImportError:
        return found

    def solve(solver, adjoint, own_steps=False):
        def one(x, v):
            return diffrax.diffeqsolve(
                diffrax.ODETerm(lambda t, x, v: f(x, v)), solver, t[0], t[-1], None, x, v,
                saveat=diffrax.SaveAt(ts=t), adjoint=adjoint, max_steps=4096,
                stepsize_controller=diffrax.PIDController(rtol=RTOL, atol=ATOL),
            ).ys

        return (lambda v: jax.vmap(lambda x: one(x, v), out_axes=1)(x0)) if own_steps else (lambda v: one(x0, v))

    checkpoints, back = diffrax.RecursiveCheckpointAdjoint(), diffrax.BacksolveAdjoint()
    for name, solver in (("Dopri5", diffrax.Dopri5()), ("Tsit5", diffrax.Tsit5())):
        found["adaptive"][f"diffrax {name}, checkpoints, one system"] = gradient_of(solve(solver, checkpoints))
        found["adaptive"][f"diffrax {name}, backsolve, one system"] = gradient_of(solve(solver, back))
    if q.x0.shape[0] > 1:
        found["adaptive"]["diffrax Dopri5, checkpoints, each its own"] = gradient_of(solve(diffrax.Dopri5(), checkpoints, True))
    return found


def contestants(q, ours):
    """{kind: {name: function}}; a library that is missing is said to be, and left out."""
    all_of = {"rk4": {}, "adaptive": {}}
    for kind, name, solver in (("rk4", "hybridsam rk4", "rk4"), ("adaptive", "hybridsam dopri5, each its own", "dopri5")):
        all_of[kind][name] = ours.contestant(q.name, solver)
        all_of[kind][name + ", its core alone"] = ours.contestant(q.name, solver, core=True)
    for library in (by_torch, by_jax):
        try:
            for kind, found in library(q).items():
                all_of[kind].update({name: timed(q, gradient) for name, gradient in found.items()})
        except ImportError as missing:
            print(f"left out: {missing}")
    return all_of


def agree(q, all_of):
    check = all_of["rk4"].get("PyTorch, RK4 written out")
    if check:
        difference = abs(check()[1] - all_of["rk4"]["hybridsam rk4"]()[1])
        if not difference < 1e-10:
            raise SystemExit(f"{q.name}: the problems differ: the errors of Runge-Kutta differ by {difference:.2e}")


def compete(q, all_of, seconds):
    """Rows (case, contestant, kind, first call s, times, error)."""
    runs = [(kind, name, run) for kind, found in all_of.items() for name, run in found.items()]
    rows = []
    for kind, name, run in runs:
        start = time.time()
        try:
            run()
            rows.append({"kind": kind, "name": name, "run": run, "first": time.time() - start, "ms": [], "error": None})
        except Exception as why:  # a contestant that fails is a result too
            print(f"{TITLES[q.name]}: {name} failed: {str(why).splitlines()[0]}")
    start = time.time()
    rounds = 0
    while rounds < (1 if QUICK else 3) or (not QUICK and time.time() - start < seconds):
        rounds += 1
        for row in rows:
            ms, row["error"] = row["run"]()
            row["ms"].append(ms)
    return rows


def main():
    ours = Ours()
    table, lines = [], []
    for name in TITLES:
        q = Problem(name)
        all_of = contestants(q, ours)
        agree(q, all_of)
        rows = compete(q, all_of, 60)
        best = {row["kind"]: min(row["ms"]) for row in reversed(rows)}  # of the first of a kind: ours, called from Octave
        for row in rows:
            low, middle = min(row["ms"]), statistics.median(row["ms"])
            table.append([TITLES[name], row["name"], middle, low, low / best[row["kind"]], row["error"], row["first"]])
            lines.append("| {} | {} | {:.4g} | {:.4g} | {:.3g} | {:.1e} | {:.2g} |".format(*table[-1]))
            print(lines[-1], flush=True)
    ours.close()
    with open(f"{OUT}/peers.csv", "w", newline="") as out:
        head = ["case", "contestant", "median ms", "minimum ms", "minimum / ours", "gradient error", "first call s"]
        csv.writer(out).writerows([head] + table)
    with open(f"{OUT}/peers.md", "w") as out:
        out.write(versions() + "\n| " + " | ".join(head) + " |\n|---|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n")


def versions():
    from importlib.metadata import PackageNotFoundError, version

    words = []
    for name in ("torch", "torchdiffeq", "jax", "diffrax"):
        try:
            words.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            words.append(f"{name} not to be had")
    return ", ".join(words) + ".\n"


if __name__ == "__main__":
    main()
