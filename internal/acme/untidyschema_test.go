package acme

import (
	"errors"
	"testing"
)

// breaking are the switches under which answers leave the published schemas on purpose. The others show what the schemas
// allow and the samples do not have.
const breaking = OddStarts | Unreadable | OddDurations | MissingZones | ByteOrderMark | NoContent | TextBooleans

func TestSomeSwitchesKeepThePublishedSchemasAndTheOthersBreakThem(t *testing.T) {
	docs := loadSchemas(t)
	calls := slotCalls(t, retailSlots(t, newTenant(t))[0])
	delete(calls, taken)
	delete(calls, released)
	for i, switched := range (Throughout | Unreadable).Names() {
		tenant, breach := untidyTenant(t, 1<<i), error(nil)
		for name, list := range calls {
			for _, c := range list {
				if err := docs.breach(name, c, call(tenant, c.method, c.target, c.body)); err != nil {
					breach = errors.Join(breach, err)
				}
			}
		}
		if want := breaking.has(1 << i); want != (breach != nil) {
			t.Errorf("%s breaks the schemas: want %v, got %.2000v", switched, want, breach)
		}
	}
}
