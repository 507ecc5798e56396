package rig

import (
	"testing"

	"timeslots/internal/process"
)

// FreeAddr is a loopback address that nobody listens on, see [process.FreeAddresses].
func FreeAddr(t testing.TB) string {
	t.Helper()
	free, err := process.FreeAddresses(1)
	if err != nil {
		t.Fatal(err)
	}
	return free[0]
}
