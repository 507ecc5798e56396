package world

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Untidy is a set of ways in which a tenant can be as untidy as real ones. The zero value is none: the tenant of the
// samples. The package comment says what each one does.
type Untidy uint16

// The switches; their names are those of [ParseUntidy].
const (
	SharedIDs       Untidy = 1 << iota // shared-ids
	OddStarts                          // odd-starts
	Unreadable                         // unreadable
	OddDurations                       // odd-durations
	MissingZones                       // missing-zones
	LateZoneRules                      // late-zone-rules
	Crowded                            // crowded
	TwoClinics                         // two-clinics
	ByteOrderMark                      // bom
	NoContent                          // no-content
	TextBooleans                       // text-booleans
	OddNames                           // names
	AbsentOptionals                    // absent-optionals
)

// Throughout is every switch but Unreadable, whose slots nobody can find.
const Throughout = SharedIDs | OddStarts | OddDurations | MissingZones | LateZoneRules | Crowded | TwoClinics |
	ByteOrderMark | NoContent | TextBooleans | OddNames | AbsentOptionals

const everything = "untidy"

var untidyNames = [...]string{
	"shared-ids", "odd-starts", "unreadable", "odd-durations", "missing-zones", "late-zone-rules", "crowded",
	"two-clinics", "bom", "no-content", "text-booleans", "names", "absent-optionals",
}

// ParseUntidy reads names separated by commas; "untidy" is all of them but "unreadable", and an empty text is none.
func ParseUntidy(text string) (Untidy, error) {
	var set Untidy
	if text == "" {
		return set, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		i := slices.Index(untidyNames[:], name)
		switch {
		case name == everything:
			set |= Throughout
		case i >= 0:
			set |= 1 << i
		default:
			return 0, fmt.Errorf("%q is no untidiness; there are %s, and %s for all but unreadable",
				name, strings.Join(untidyNames[:], ", "), everything)
		}
	}
	return set, nil
}

// Names are the switches of the set, in the order above.
func (u Untidy) Names() []string {
	out := []string{}
	for i, name := range untidyNames {
		if u.Has(1 << i) {
			out = append(out, name)
		}
	}
	return out
}

// String is what ParseUntidy reads.
func (u Untidy) String() string { return strings.Join(u.Names(), ",") }

// Has reports whether the switch is on.
func (u Untidy) Has(one Untidy) bool { return u&one != 0 }

// lateCity is the city whose clinics follow rules that the time zone database may not have yet: Vancouver's, which stays
// at -07:00 all year.
const (
	lateCity   = 1
	lateZone   = "America/Vancouver"
	lateOffset = -7 * 60 * 60
)

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

// In a crowded tenant a flu shot clinic has nurses with NPIs of their own, and a pool as many persons with one NPI.
const crowd = 6

// pooled reports whether one NPI stands for all who work at such a clinic.
func (b *builder) pooled(k Kind) bool {
	return k == pooledCare || k == FluShots && !b.options.Untidy.Has(Crowded)
}

func (b *builder) persons(k Kind) int {
	switch {
	case !b.pooled(k):
		return 1
	case b.options.Untidy.Has(Crowded):
		return crowd
	default:
		return poolSize[k]
	}
}

// addSameDays lets every fourth clinician, of whatever kind of clinic, work a part of each day at the city's next
// clinic of that kind.
func (b *builder) addSameDays() {
	for _, city := range b.cities {
		for _, k := range []Kind{expressCare, primaryCare, FluShots} {
			b.addSecondDepartments(city, k, splitDay)
		}
	}
}

// splitDay keeps the time before noon at home, for clinicians who come in the afternoon the time before five, and gives
// what follows to the second department.
func splitDay(s *Schedule) shift {
	at := 12 * 60
	if s.Offer.Clinician.Offers[0].Schedules[0].from >= at {
		at = 17 * 60
	}
	away := shift{days: s.days, from: max(s.from, at), until: s.until}
	s.until = min(s.until, at)
	return away
}

// LeavesOut reports whether a tenant with absent optional members leaves one out, of whatever the text names: of one thing in
// five, and always of the same ones.
func (o Options) LeavesOut(member, whose string) bool {
	return o.Untidy.Has(AbsentOptionals) && Hash(o.Seed, saltAbsent, HashText(member), HashText(whose))%5 == 0
}

// Names as people have them. The accents of some are letters of their own, those of others marks that follow a letter.
var oddNames = [...][2]string{
	{"Seán", "O’Brien"}, {"Pat", "O'Brien"}, {"José", "Núñez"}, {"Jose\u0301", "Nu\u0301n\u0303ez"}, {"Zoë", "D’Angelo-Müller"},
	{"Anne Marie", "Smith, Jr."}, {"Robert \"Bob\"", "<b>Bold</b> & Sons"}, {"Đặng", "Nguyễn"}, {"Lu\u0308der", "Bjo\u0308rk"},
	{"Maria Anunciação Constança Filomena", "von und zu Hohenlohe-Langenburg-Schillingsfürst-Waldenburg-Bartenstein-Jagstberg-Oehringen-Ingelfingen"},
	{"</script><img src=x>", "O`Neill\\"}, {"明子", "山田"},
}

// oddName is the name of the n-th of something, in a tenant with odd names: of two in three.
func (b *builder) oddName(n int) (name [2]string, odd bool) {
	if !b.options.Untidy.Has(OddNames) || n%3 == 0 {
		return name, false
	}
	return oddNames[n*2/3%len(oddNames)], true
}

var oddAnnexes = [...]string{" – Côte-d’Or", " & Söhne, Annex", " (<i>St. John's</i>)", " Cafe\u0301 \"Mitte\""}
