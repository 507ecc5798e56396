package ops

import (
	"fmt"
	"testing"
	"time"
)

func TestOdditiesAreCountedByKindAndBounded(t *testing.T) {
	var o Oddities
	at := time.Date(2030, 3, 8, 9, 0, 0, 0, time.UTC)
	o.Add("providerDirect", "provider_timeslots", "start", "first", 2, at)
	o.Add("providerDirect", "provider_timeslots", "start", "second", 3, at.Add(time.Minute))
	o.Add("careDirect", "department_timeslots", "zone_missing", "", 1, at)
	list := o.List()
	if len(list) != 2 || list[0].Source != "careDirect" || list[1].Count != 5 || list[1].Sample != "second" || !list[1].Last.Equal(at.Add(time.Minute)) {
		t.Errorf("%+v", list)
	}
	for i := range 2 * maxOddities {
		o.Add("x", fmt.Sprint(i), "start", "", 1, at)
	}
	if n := len(o.List()); n != maxOddities {
		t.Errorf("%d kinds are remembered, want %d at most", n, maxOddities)
	}
}
