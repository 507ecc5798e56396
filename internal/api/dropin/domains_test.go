package dropin

import (
	"fmt"
	"testing"
	"time"
)

func TestDomainsThatAnybodyMakesUpAreNotCached(t *testing.T) {
	var d Domains
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	if !d.Admit("acme", now) || !d.Admit("", now) {
		t.Fatal("the first is not cached")
	}
	admitted := 0
	for i := range 1000 {
		now = now.Add(10 * time.Second)
		if d.Admit(fmt.Sprint("made-up-", i), now) {
			admitted++
		}
		if !d.Admit("acme", now) {
			t.Fatalf("after %d others acme is not cached any more", i)
		}
	}
	if admitted > 3*maxDomains { // 2¾ hours
		t.Errorf("%d made-up ones were", admitted)
	}
	if now = now.Add(2 * domainKept); !d.Admit("north", now) {
		t.Error("there is no room although none was used for two hours")
	}
}
