package world

import "time"

// lateCity is the city whose clinics follow rules that the time zone database may not have yet: Vancouver's, which stays
// at -07:00 all year.
const (
	lateCity   = 1
	lateZone   = "America/Vancouver"
	lateOffset = -7 * 60 * 60
)

// lateRules is the zone by its own rules.
func lateRules(first Day, days int) *Zone {
	return newZoneIn(lateZone, time.FixedZone(lateZone, lateOffset), first, days)
}

// foreignZones are what another operating system calls the zones.
var foreignZones = map[string]string{
	"America/Los_Angeles": "Pacific Standard Time", "America/Phoenix": "US Mountain Standard Time", "America/Denver": "Mountain Standard Time",
	"America/Chicago": "Central Standard Time", "America/New_York": "Eastern Standard Time", "Pacific/Honolulu": "Hawaiian Standard Time",
	"Europe/Berlin": "W. Europe Standard Time",
}

// untidyPlace is what the directory and Care Options say about where a department lies: its n-th in the directory may
// have no zone, a foreign one, or no coordinates. The first department of all is tidy.
func (b *builder) untidyPlace(dep *Department, n int) {
	dep.ZoneText, dep.ZonePlain, dep.Shown = &dep.Zone.Name, true, dep.Point()
	if dep.Zone.Name == lateZone {
		dep.ZonePlain = false
	}
	if !b.options.Untidy.Has(MissingZones) {
		return
	}
	if n%7 == 3 {
		dep.Shown = Point{}
	}
	if !dep.ZonePlain || n%5 < 2 {
		return
	}
	none, foreign := "", foreignZones[dep.Zone.Name]
	dep.ZoneText, dep.ZonePlain = [...]*string{&none, nil, &foreign}[n%5-2], false
}
