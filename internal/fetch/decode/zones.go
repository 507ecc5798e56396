package decode

import (
	"sync"
	"time"
)

// zones are the places of the time zone database that were loaded. Loading one takes longer than reading a small answer,
// and there are some six hundred; names of none are not kept.
var zones sync.Map // of *time.Location, by name

// zoneOf is the zone of that name; false for a name that is none.
func zoneOf(name string) (*time.Location, bool) {
	if loc, known := zones.Load(name); known {
		return loc.(*time.Location), true
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, false
	}
	zones.Store(name, loc)
	return loc, true
}
