sudo apt-get install x
%%
sudo -u app -E -- rm x
%%
sudo -ubob a; sudo -n -uC bob b; sudo A=1 c; sudo -l d; sudo -v
%%
sudo sudo -H env -u X A=1 B=2 nice -n 5 nohup a b
%%
env; env A=1; env -i a; env -- b
%%
doas -u x a; doas -L b; ionice -c 3 a; ionice -p 1
%%
time -f x a; \time -o f b
%%
exec a; exec -a name b; command a; command -v b; command -V c; builtin cd x
%%
find . | xargs -I {} -n 1 rm {}; xargs -0 a
%%
timeout 5 a; timeout -k 3 5 b; timeout -s KILL --foreground 9 c; timeout 5
%%
gosu app a; su-exec 1:1 b; chroot /x c d; runuser -u app e; runuser -c f app
%%
busybox wget x; eatmydata a; stdbuf -o L a
%%
sh -c 'a b; c "d e"'
%%
bash -lc "a \"b c\" \$X && d"
%%
/bin/sh -eu -o pipefail -c "x | y" z
%%
dash -- -c a
%%
bash +x -c 'a' ; bash script -c b; ksh -o vi -c c; sh -oc d e
%%
su -c 'a' app; su - app -c "b"; su app
%%
eval "a b"; eval a b; eval 'c; d'
%%
sudo sh -c "sudo bash -c 'a; b'"
%%
sh -c "$X"; sh -c a$(b)
%%
sh -c 'a (' ; b
%%
sh <<EOF
a $X
b 'c d'
EOF
c
%%
cat <<EOF | sh
a $(b)
EOF
%%
cat <<'EOF'
a $(b)
EOF
c
%%
cat <<-EOF
	$(a)
	EOF
b
%%
cat <<A <<B; c
$(d)
A
$(e)
B
f
%%
bash -s <<EOF
a
EOF
%%
bash x <<EOF
a
EOF
%%
cat <<EOF
never ended $(a)
%%
bash <<"E F"
a
E F
b
%%
if sh -c 'a'; then b || sudo c; fi
