FROM a:1 AS build
from b:1 as test
From c:1 as third
