package visits

import (
	"testing"
)

func TestTheOldestAreForgotten(t *testing.T) {
	m := newMemory[int, report](maxReports)
	for i := range maxReports + 1 {
		m.add(i, report{})
		m.add(i, report{})
	}
	_, first := m.find(0)
	_, last := m.find(maxReports)
	if first || !last || len(m.all()) != maxReports {
		t.Errorf("first %v, last %v, %d in all", first, last, len(m.all()))
	}
	m.remove(maxReports)
	if _, last := m.find(maxReports); last || len(m.all()) != maxReports-1 {
		t.Errorf("removed, but known: %v, %d in all", last, len(m.all()))
	}
}
