a 'b c' "d e" f\ g h"i"'j' "" ''
%%
a $X "${X}" '${X}' $1 "$@" $# ${X:-d e} ${X%%*} "${X:-"q"}" $ "$" $'t\t' $"loc"
%%
a * ? [x] '*' \* "?" x*y ~ {b,c}
%%
a $(b c) "$(d; e)" `f \`g\` h` <(i) >(j) $((1 + 2)) $(( (3) )) ${X:-$(k)} "${Y:-`l`}"
%%
A=1 B='x y' a C=3
%%
A=1
%%
A+=1 B[2]=x C[$(d)]=e a
%%
A=(one "two three" $(four)) a
%%
a=b=c =d 1=2 e-f=g
%%
a # b
c#d # e
%%
a \
  b\
c
%%
"quoted name" x
%%
$CMD x ./$DIR/run y
%%
a "\$x \\ \" \n" "\`"
%%
a 2>&1 >out <in 3<>io >>app 2>err b >|c &>all &>>more <&- <<<word
%%
a >f 12 x2>y
%%
echo "a'b" 'c"d' e\'f
%%
a "unended
%%
a 'unended
%%
a `unended
%%
a $(unended
%%
a ${unended
%%
a $((1 + 2
%%
export A=(x y) B=1
%%
a A=(x y)
%%
shopt -s extglob; a !(b|c) @(d)
%%
a !(b|c)
