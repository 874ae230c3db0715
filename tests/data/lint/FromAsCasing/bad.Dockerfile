FROM a:1 as build
from b:1 AS test
FROM c:1 As third
