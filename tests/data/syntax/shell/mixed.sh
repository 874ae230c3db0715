echo $(( 1 + (2) )) $((a) ; (b)) x
%%
a $(case x in y) b;; esac) c
%%
a "$(b "c $(d "e")")" f
%%
for f in *.c; do [ -f "$f" ] && { a "$f" || exit 1; }; done > log 2>&1 &
%%
a() { b; } ; a; c() { d | e; }
%%
while read -r l; do case $l in \#*) continue;; *) a "$l";; esac; done < <(b)
%%
a <<< "$(b)" && c
%%
x=$(a) y=`b` ; z=${x:-$(c)} d
%%
a[0]=1; b; c [d
%%
a=$((1)); b=$(( 2 ))c d
%%
a\
%%
a {b} {; c}
%%
a;b&&c||d|e&f
%%
(a)&&(b);{ c;}
%%
if(a)then(b)fi
%%
((a));(b);( (c) )
