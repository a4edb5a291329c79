/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y = core_tanh (x, n): tanh of x by the core's vector kernel, n times over, for the rate that the limit of make bench is made of.
 */
#include "mex.h"
#include "tape/kernels.h"

void mexFunction(int n_out, mxArray *out[], int n_in, const mxArray *in[]) {
  if (n_out > 1 || n_in != 2) {
    mexErrMsgTxt("core_tanh: an array and a number are needed");
  }
  const int size = (int)mxGetNumberOfElements(in[0]), n = (int)mxGetScalar(in[1]);
  out[0] = mxCreateDoubleMatrix(mxGetM(in[0]), mxGetN(in[0]), mxREAL);
  const hs_kernels *kernels = hs_kernels_select();
  for (int i = 0; i < n; i++) {
    kernels->tanh(size, mxGetPr(in[0]), mxGetPr(out[0]));
  }
}
