FROM a
RUN <<EOF
set -e
one $X
EOF
RUN <<-'EOF' >log
	two $X
	EOF
RUN cat <<A 3<<"B" | sh -e
body a
A
body b
B
COPY <<one.txt <<"two.txt" --x /dst/
1
one.txt
2
two.txt
ADD <<E\ X /y
3
E X
RUN ["<<EOF"]
ONBUILD RUN <<E
later
E
RUN <<<x cat <<y<z <<
RUN <<EOF
#!/usr/bin/env -S python3 -u
print(1)
EOF
RUN <<EOF
#!/usr/bin/env A=1 bash
run me
EOF
RUN bash <<EOF
inner "a b"
EOF
CMD <<EOF
RUN <<EMPTY
EMPTY
RUN x <<NEVER
not ended
runs on
RUN y
USER <<z
COPY <<A /x
to the end