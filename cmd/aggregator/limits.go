package main

import "syscall"

// Bounds of connections.
const (
	mostConnections  = 50_000
	leastConnections = 64       // enough for operations
	keptDescriptors  = 1024     // for upstream, Redis, operations and files
	perConnection    = 64 << 10 // bytes, generously: buffers, a goroutine and what it works on
)

// maxConnections is how many connections the public listener takes: as many as file descriptors allow, with some to
// spare for everything else, and as fit a quarter of the memory limit.
func maxConnections() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		files.Cur = keptDescriptors
	}
	return connectionsFor(files.Cur, memoryLimit())
}

func connectionsFor(files uint64, memory int64) int {
	spare := min(files/2, keptDescriptors)
	n := min(files-spare, uint64(max(0, memory))/4/perConnection, mostConnections)
	return max(leastConnections, int(n))
}
