package process

import "testing"

// Locks belong to openings of a file, so a second one in this program is as good as another program's.
func TestAnAddressIsGivenToOneProgramWhetherItListensOrNot(t *testing.T) {
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
