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
	if name == "" || name[0] < 'A' || name[0] > 'Z' || name == "Local" { // "localtime" and the like name no place
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, loc)
	return loc, true
}
