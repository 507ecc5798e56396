package rig

import (
	"runtime"
	"testing"
)

// A name is one socket's, so a second socket of this program is as good as another program's.
func TestAnAddressIsGivenToOneProgramWhetherItListensOrNot(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names that a program's end gives back are Linux'")
	}
	free, err := FreeAddresses(20)
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range free {
		if reserve(addr) {
			t.Errorf("%s is given twice", addr)
		}
	}
}
