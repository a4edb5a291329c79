addpath /tmp/newuser/octave /tmp/newuser/src
tt=(0:.5:2)'; m=hybrid_model("states",{"x"},"params",struct("a",3),"rhs",@(t,x,u,p,nn) -p.a*x.x);
d=hybrid_data({tt,tt},{exp(-tt),[1;NaN(4,1)]});
f=hybrid_train(m,d,"batch",1,"iterations",4000,"display","off","solver","rk4"); f.info, f.best.params.a, f.last.params.a
n=0; function r=cb(k,i), printf("called %d\n",k); disp(i); r=false; end
f=hybrid_train(m,d,"iterations",20,"display","off","solver","rk4","callback",@cb);
% columns naming; odd usage
try, hybrid_data(tt,exp(-tt),"outputs",{"x"}), catch e, disp(e.message), end
try, hybrid_simulate(m,hybrid_data(tt,[],"initial",1)), catch e, disp(e.message), end
try, f.values.params.b=1; hybrid_gradient(m,d,f.values); disp("extra field accepted"), catch e, disp(e.message), end
try, hybrid_train(m,d,"method","SAM"), catch e, disp(e.message), end
try, mm=hybrid_model("states","x","params",struct("a",3),"rhs",@(t,x,u,p,nn) -p.a*x.x), catch e, disp(e.message), end
try, hybrid_data(tt,exp(-tt),"inputs",[tt;1]), catch e, disp(e.message), end
f=hybrid_train(m,hybrid_data(tt,exp(-tt)),"start",struct("params",struct("a",1e9),"nets",struct()),"iterations",3)
