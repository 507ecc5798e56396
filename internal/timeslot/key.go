package timeslot

import (
	"slices"
	"strconv"
)

// Operation is an upstream read, as named in keys, metrics and logs; its version is a field of the key.
type Operation string

// The operations, with their place in docs/dexcare.md.
const (
	OpDepartments         Operation = "departments"          // docs/dexcare.md §4.1
	OpDepartmentInfo      Operation = "department_info"      // docs/dexcare.md §4.2
	OpDepartmentTimeslots Operation = "department_timeslots" // docs/dexcare.md §4.3
	OpProviderInfo        Operation = "provider_info"        // docs/dexcare.md §5.2
	OpProviderTimeslots   Operation = "provider_timeslots"   // docs/dexcare.md §5.3 is v5, docs/dexcare.md §5.5 is v4
	OpAvailabilitySlots   Operation = "availability_slots"   // docs/dexcare.md §6.1, and as a POST docs/dexcare.md §6.2

	// The operations below are read by drop-in routes only.

	OpProviders             Operation = "providers"              // docs/dexcare.md §5.1
	OpSlotsSearch           Operation = "slots_search"           // docs/dexcare.md §5.4
	OpMaxLookahead          Operation = "max_lookahead_days"     // docs/dexcare.md §5.6
	OpAvailabilityProviders Operation = "availability_providers" // docs/dexcare.md §6.3
	OpCancelReasons         Operation = "cancel_reasons"         // docs/dexcare.md §7.7
	OpSuffixes              Operation = "suffixes"               // docs/dexcare.md §7.8
	OpRegionWaitTimes       Operation = "region_wait_times"      // docs/dexcare.md §7.9
	OpAssignmentQualifiers  Operation = "assignment_qualifiers"  // docs/dexcare.md §7.9
	OpModalities            Operation = "modalities"             // docs/dexcare.md §7.9
	OpInsurers              Operation = "insurers"               // docs/dexcare.md §13
	OpValidation            Operation = "validation_settings"    // docs/dexcare.md §13
	OpVisitSettings         Operation = "visit_settings"         // docs/dexcare.md §13
	OpPractice              Operation = "practice"               // docs/dexcare.md §13
	OpStatusPage            Operation = "status_page"            // docs/dexcare.md §13
)

// directory is what the public lists serve, and other lists that change as rarely.
var directory = [...]Operation{
	OpDepartments, OpDepartmentInfo, OpProviderInfo, OpProviders, OpMaxLookahead, OpCancelReasons, OpSuffixes,
	OpAssignmentQualifiers, OpModalities, OpInsurers, OpValidation, OpVisitSettings,
}

// OfDirectory reports whether the operation is none of a surface that lists times.
func (op Operation) OfDirectory() bool { return slices.Contains(directory[:], op) }

// ListsSlots reports whether the read's answers list slots that can be booked.
func (k *FragmentKey) ListsSlots() bool {
	switch k.Operation {
	case OpDepartmentTimeslots, OpProviderTimeslots, OpAvailabilitySlots, OpSlotsSearch:
		return true
	}
	return false
}

// FragmentKey is a canonical upstream read: an operation and its normalised parameters. It is comparable; two keys
// that mean the same read are equal, and [FragmentKey.String] is equal exactly when they are.
//
// It is made of typed fields that name public subjects only. A request that carries credentials or a patient has no way
// to become one, and neither `product` nor the zone of an answer is part of it.
//
// There are two kinds. The reads of a search are coarse and use Block and Area. An exact read repeats what the client
// of a drop-in route asked: Exact is set, and Params holds its parameters.
type FragmentKey struct {
	Operation Operation
	Version   uint8 // of the operation's path: 5 for /v5/…

	NPI        string // OpProviderInfo ("<ehr>|<npi>" as well), OpProviderTimeslots
	Department string // URL name (composite identifier as well); OpDepartmentInfo, OpDepartmentTimeslots
	VisitType  string // short name as upstream spells it; empty: all. v5 is always asked for all
	Block      Block  // OpProviderTimeslots, OpAvailabilitySlots
	Span       Span   // OpAvailabilitySlots: a part of the block, where the area is too large to be read at once; zero: all
	Area       Area   // OpAvailabilitySlots

	Exact  bool
	Post   bool   // Params is a JSON body in canonical form, else a query string
	Item   string // the path's own parameter of exact reads that have no other field for it: brand, region
	Domain string // the header of that name, by which apps choose a brand, of exact reads; empty: none
	Params string // what the contract lists, validated, in canonical order and case; never the client's own text
}

// Area is the circle that Care Options is asked for: a point on a grid or a postal code, and a radius, so that neighbours
// share.
type Area struct {
	Latitude, Longitude int32 // 1e-4 degrees, rounded by search.pointPrecision; both 0 with a postal code
	PostalCode          string
	Radius              uint8 // miles, 1…100
}

// areaScale is how many units of Area.Latitude make one degree.
const areaScale = 1e4

// AreaAround is the area with the given centre, already rounded (see [Point.Rounded]).
func AreaAround(p Point, radius uint8) Area {
	return Area{Latitude: scaled(p.Latitude), Longitude: scaled(p.Longitude), Radius: radius}
}

func scaled(degrees float64) int32 {
	if degrees < 0 {
		return int32(degrees*areaScale - 0.5)
	}
	return int32(degrees*areaScale + 0.5)
}

// Point is the centre of an area that has no postal code.
func (a Area) Point() Point {
	return Point{Latitude: float64(a.Latitude) / areaScale, Longitude: float64(a.Longitude) / areaScale}
}

// SureMiles is the radius in which a place is inside the area whatever Earth upstream measures on: a sphere and the
// ellipsoid of WGS 84 differ by half a percent at most.
func (a Area) SureMiles() float64 { return float64(a.Radius) * (1 - EarthDoubt) }

// EarthDoubt is by what share distances of two models of the Earth may differ.
const EarthDoubt = 0.005

// Span is a part of a block: Days days, of which Part are skipped for each part before it. The zero Span is the whole
// block.
type Span struct {
	Days uint8 // a divisor of [BlockDays] below it
	Part uint8 // from 0
}

// SpanDays lists how many days a span may have, from the whole block down to a day: each is a part of the one before, or
// nearly half of it.
func SpanDays() []uint8 { return []uint8{BlockDays, 14, 7, 4, 2, 1} }

// SpanOf is the part of its block that holds d, where parts have so many days.
func SpanOf(d Date, days uint8) Span {
	if days >= BlockDays || days == 0 {
		return Span{}
	}
	return Span{Days: days, Part: uint8(d-BlockOf(d).First()) / days}
}

// FirstDay is the first day that a read by blocks covers.
func (k FragmentKey) FirstDay() Date {
	return k.Block.First() + Date(k.Span.Part)*Date(k.Span.Days)
}

// LastDay is the last day that a read by blocks covers.
func (k FragmentKey) LastDay() Date {
	if k.Span.Days == 0 {
		return k.Block.Last()
	}
	return k.FirstDay() + Date(k.Span.Days) - 1
}

// Block is the index of one aligned read of the calendar. Windows are cut into blocks so that "next Tuesday" and
// "the next two weeks" are served by the same fragments (docs/architecture.md §4).
type Block int32

// BlockDays is how many calendar days a block has: four weeks, so that the default window of two weeks touches two
// blocks at most, and a clinician's block stays well below a megabyte.
const BlockDays = 28

// BlockOf is the block that holds d.
func BlockOf(d Date) Block {
	b := d / BlockDays
	if d%BlockDays < 0 {
		b--
	}
	return Block(b)
}

// First is the block's first day.
func (b Block) First() Date { return Date(b) * BlockDays }

// Last is the block's last day.
func (b Block) Last() Date { return b.First() + BlockDays - 1 }

// String is the key in one line: version of this format, operation, then every field, each escaped, so that different
// keys never give the same text. Example: "1:provider_timeslots/5:9000000017:::735:0,0,,0:::".
func (k FragmentKey) String() string {
	b := make([]byte, 0, 96)
	b = append(b, "1:"...)
	b = appendEscaped(b, string(k.Operation))
	b = append(b, '/')
	b = strconv.AppendUint(b, uint64(k.Version), 10)
	for _, field := range [...]string{k.NPI, k.Department, k.VisitType} {
		b = append(b, ':')
		b = appendEscaped(b, field)
	}
	b = append(b, ':')
	b = strconv.AppendInt(b, int64(k.Block), 10)
	if k.Span.Days != 0 {
		b = append(b, '.')
		b = strconv.AppendUint(b, uint64(k.Span.Days), 10)
		b = append(b, '.')
		b = strconv.AppendUint(b, uint64(k.Span.Part), 10)
	}
	b = append(b, ':')
	b = strconv.AppendInt(b, int64(k.Area.Latitude), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(k.Area.Longitude), 10)
	b = append(b, ',')
	b = appendEscaped(b, k.Area.PostalCode)
	b = append(b, ',')
	b = strconv.AppendUint(b, uint64(k.Area.Radius), 10)
	b = append(b, ':')
	if k.Exact {
		b = append(b, 'x')
	}
	if k.Post {
		b = append(b, 'p')
	}
	b = append(b, ':')
	b = appendEscaped(b, k.Item)
	b = append(b, ':')
	b = appendEscaped(b, k.Params)
	if k.Domain != "" {
		b = append(b, ':')
		b = appendEscaped(b, k.Domain)
	}
	return string(b)
}

const hexDigits = "0123456789ABCDEF"

// appendEscaped writes s with everything but letters, digits, '.', '_' and '-' percent-encoded, byte by byte.
func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
			b = append(b, c)
		default:
			b = append(b, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return b
}
