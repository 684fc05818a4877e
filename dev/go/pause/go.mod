module alluxio.io/dev/pause

go 1.24.0
