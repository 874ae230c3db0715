# check=skip=FromAsCasng,StageNameCasing, DL3007;eror=true;error=yes;experimental=all
FROM a:1
