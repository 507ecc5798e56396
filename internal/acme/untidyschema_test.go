package acme

import (
	"errors"
	"testing"

	"timeslots/internal/acme/world"
)

// breaking are the switches under which answers leave the published schemas on purpose. The others show what the schemas
// allow and the samples do not have.
const breaking = world.OddStarts | world.Unreadable | world.OddDurations | world.MissingZones | world.ByteOrderMark | world.NoContent | world.TextBooleans

func TestSomeSwitchesKeepThePublishedSchemasAndTheOthersBreakThem(t *testing.T) {
	docs := loadSchemas(t)
	calls := slotCalls(t, retailSlots(t, newTenant(t))[0])
	delete(calls, taken)
	delete(calls, released)
	for i, switched := range (world.Throughout | world.Unreadable).Names() {
		tenant, breach := untidyTenant(t, 1<<i), error(nil)
		for name, list := range calls {
			for _, c := range list {
				if err := docs.breach(name, c, call(tenant, c.method, c.target, c.body)); err != nil {
					breach = errors.Join(breach, err)
				}
			}
		}
		if want := breaking.Has(1 << i); want != (breach != nil) {
			t.Errorf("%s breaks the schemas: want %v, got %.2000v", switched, want, breach)
		}
	}
}
