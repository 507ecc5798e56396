package ops

import (
	"fmt"
	"testing"
	"time"
)

func TestOdditiesAreCountedByKindAndBounded(t *testing.T) {
	var o Oddities
	at := time.Date(2030, 3, 8, 9, 0, 0, 0, time.UTC)
	o.Add(Oddity{Source: "providerDirect", Operation: "provider_timeslots", Reason: "start", Sample: "first", Count: 2, Last: at})
	o.Add(Oddity{Source: "providerDirect", Operation: "provider_timeslots", Reason: "start", Sample: "second", Count: 3, Last: at.Add(time.Minute)})
	o.Add(Oddity{Source: "careDirect", Operation: "department_timeslots", Reason: "zone_missing", Count: 1, Last: at})
	list := o.List()
	if len(list) != 2 || list[0].Source != "careDirect" || list[1].Count != 5 || list[1].Sample != "second" || !list[1].Last.Equal(at.Add(time.Minute)) {
		t.Errorf("%+v", list)
	}
	for i := range 2 * maxOddities {
		o.Add(Oddity{Source: "x", Operation: fmt.Sprint(i), Reason: "start", Count: 1, Last: at})
	}
	if n := len(o.List()); n != maxOddities {
		t.Errorf("%d kinds are remembered, want %d at most", n, maxOddities)
	}
}
