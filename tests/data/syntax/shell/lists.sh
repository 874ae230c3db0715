a; b && c || d | e & f
%%
a && b; c || d; e
%%
a |
b |& c
%%
a &&
# comment

b
%%
! a; ! ! b; !
%%
time a; time -p { b; }; time ! c
%%
(a; b) && { c; d; } > out
%%
(a
%%
{ a; b
%%
a; )
%%
if a; then b; elif c; then d; else e; fi; f
%%
if a; then b
%%
while a; do b; done <in; until c; do d; done | e
%%
for x in 1 "$(a)" 3; do b $x; done; for y; do c; done
%%
for ((i = 0; i < 3; i++)); do a; done
%%
for x do a; done
%%
case $x in a|b) c;; (d) e;& f) g;;& *) h; esac; i
%%
case x in
"q r") a
;;
esac
%%
select x in 1 2; do a; done
%%
f() { a; }; g () ( b ); function h { c; }; function i() { d; }; f
%%
f() if a; then b; fi
%%
[[ a == b* && -n $(c) || ( x < y ) ]] && d
%%
((x = 1 + 2)) && a; (( (1) )) || b
%%
coproc a; b
%%
set -o pipefail; a | b
%%
a | b; set -o pipefail
%%
set -euxo pipefail && a | b
%%
set -e; a
%%
a;; b
%%
a ; ; b
%%
&& a
%%
| a
%%
a ||
%%
then a
%%
a <
%%
a > ; b
%%
a () b
%%
a b (c)
%%

%%
# nothing
