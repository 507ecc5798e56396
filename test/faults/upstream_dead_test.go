package faults

import (
	"crypto/tls"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// inARow is how many searches that are answered show that the dead connections are out of use.
const inARow = 6

// docs/faults.md row 10: a balancer forgets the connections that there are, and says nothing. HTTP/2 carries all calls over one,
// so without doubt about it every search would fail, for minutes. A second call may save a search before anybody has found
// out, and another one fail after it.
func TestADeadConnectionCostsOneSearch(t *testing.T) {
	figure.Beside(t)
	figure.Long(t)
	tenant, authority := newTenant(t, acme.Keys{}), rig.NewAuthority(t)
	certificate := authority.Issue(t, "127.0.0.1", time.Hour)
	server := overTLS(t, tenant, func() *tls.Certificate { return &certificate })
	figure.Measure(t, func(t *testing.T, f *figure.Figures) { // a service of its own each time: one that failed before has more connections
		between, err := rig.NewRelay(server.Listener.Addr().String())
		must(t, err)
		t.Cleanup(between.Close)
		s := rig.Serve(t, configuration("", upstreamAt(t, authority, "https://"+between.Addr)))
		clinicians := tenant.NPIs()
		ask := func() bool { // a clinician of whom nothing is known yet
			if len(clinicians) == 0 {
				t.Fatal("searches went on failing until there was nobody left to ask for")
			}
			npi := clinicians[0]
			clinicians = clinicians[1:]
			r := rig.Get(t, s.Public+"/v1/timeslots?npi="+npi)
			return r.Status == 200 && r.Answer(t).Complete
		}
		if !ask() {
			t.Fatal("not whole before")
		}
		dead, failed, began, whole := between.Silence(), 0, time.Now(), time.Duration(0)
		if dead == 0 {
			t.Fatal("no connection died")
		}
		for answered := 0; answered < inARow; answered++ {
			if !ask() {
				answered, failed, whole = -1, failed+1, time.Since(began)
			}
		}
		f.Time("whole again", whole, recovery, 1)
		f.AtMost("searches that failed, with as many dead connections as the limit says", float64(failed), float64(dead), "")
	})
}
