package visits

import (
	"fmt"
	"testing"
)

func TestDeletedAccountsAreABoundedMemory(t *testing.T) {
	p := newPatients()
	for i := range maxDeleted + 1 {
		var owner [32]byte
		copy(owner[:], fmt.Sprint(i))
		p.delete(owner)
	}
	if len(p.deleted) != 1 {
		t.Errorf("%d are remembered", len(p.deleted))
	}
}

func TestTheOldestAreForgotten(t *testing.T) {
	m := newMemory[report](maxReports)
	for i := range maxReports + 1 {
		m.add(fmt.Sprint(i), report{})
	}
	_, first := m.find("0")
	_, last := m.find(fmt.Sprint(maxReports))
	if first || !last || len(m.all()) != maxReports {
		t.Errorf("first %v, last %v, %d in all", first, last, len(m.all()))
	}
}
