package rig

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
)

// given are the ports that FreeAddr has given: whoever has one may not listen yet.
var given sync.Map

// FreeAddr is a loopback address that nobody listens on. Its port lies below those that systems give to outgoing
// connections, so that it is still free when a server that was ended comes back for it. Nor are there leftovers of
// connections, which keep some programs (Varnish) from listening.
func FreeAddr(t testing.TB) string {
	t.Helper()
	const lowest, ports, tries = 20_000, 12_000, 1_000
	strict := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0) })
	}}
	for range tries {
		addr := fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(ports))
		if _, before := given.LoadOrStore(addr, true); before {
			continue
		}
		l, err := strict.Listen(t.Context(), "tcp", addr)
		if err == nil {
			defer l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}
