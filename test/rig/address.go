package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"syscall"
	"testing"
)

// given are the addresses that FreeAddresses has given: their owners may not listen yet.
var given sync.Map

// FreeAddresses finds n addresses of loopback that nobody listens on. Their ports lie below those that systems give to
// outgoing connections, so that one is still free when a server begins to listen on it, or comes back for it, also where
// other programs connect a lot meanwhile; 10,000 higher, where a node of a Redis cluster listens too, the same holds. Nor
// are there leftovers of connections, which keep some programs (Varnish) from listening. Other programs that ask here get
// other addresses, until this one ends: a server may be down for a while.
func FreeAddresses(n int) ([]string, error) {
	const lowest, ports, tries = 10_000, 12_000, 1_000
	strict := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0) })
	}}
	var free []string
	for range tries {
		addr := fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(ports))
		if _, before := given.LoadOrStore(addr, true); before {
			continue
		}
		l, err := strict.Listen(context.Background(), "tcp", addr)
		if err != nil {
			continue
		}
		_ = l.Close()
		if !reserve(addr) {
			continue
		}
		if free = append(free, addr); len(free) == n {
			return free, nil
		}
	}
	return nil, fmt.Errorf("no %d free ports within %d…%d of loopback", n, lowest, lowest+ports-1)
}

// FreeAddress is one of them, for a test.
func FreeAddress(t testing.TB) string {
	t.Helper()
	free, err := FreeAddresses(1)
	if err != nil {
		t.Fatal(err)
	}
	return free[0]
}

// reserve takes an address for this program, by a socket with its name: the system gives it back when the program ends,
// however it does, and nothing is left on a disk. Only Linux has such names; elsewhere two programs that ask at once may
// be given the same address.
func reserve(addr string) bool {
	if runtime.GOOS != "linux" {
		return true
	}
	l, err := net.Listen("unix", "@timeslots-address-"+addr)
	if err != nil {
		return false
	}
	given.Store(addr, l) // kept open
	return true
}
