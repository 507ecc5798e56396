package visits

import (
	"fmt"
	"testing"
	"time"
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

func TestTheOldestReportsAreForgotten(t *testing.T) {
	rs := newReports()
	for i := range maxReports + 1 {
		rs.add(report{id: fmt.Sprint(i), ready: time.Time{}})
	}
	if _, known := rs.find("0"); known || len(rs.list) != maxReports {
		t.Errorf("%d reports are kept", len(rs.list))
	}
}

func TestTheOldestVirtualVisitsAreForgotten(t *testing.T) {
	vs := newVirtualVisits()
	for i := range maxVirtualVisits + 1 {
		vs.add(&virtualVisit{id: fmt.Sprint(i)})
	}
	_, first := vs.find("0")
	_, last := vs.find(fmt.Sprint(maxVirtualVisits))
	if first || !last || len(vs.all()) != maxVirtualVisits {
		t.Errorf("first %v, last %v, %d in all", first, last, len(vs.all()))
	}
}
