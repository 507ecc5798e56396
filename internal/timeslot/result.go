package timeslot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Result is the merged, ranked answer to a query before it is encoded (docs/interface.md §3.1).
type Result struct {
	AsOf     time.Time // when the oldest slot fragment used was fetched; zero when none was
	Complete bool      // every source that was asked answered
	Total    int       // slots of the whole answer, all pages

	Slots       []Offer // this page, ranked
	Entries     []Entry // in place of Slots when the query says By; ranked, those without slots last
	Providers   map[string]*Provider
	Departments map[string]*DepartmentView // by department key
	Reports     []SourceReport

	Clinicians Clinicians // all whom the fragments used speak of
	Doubtful   bool       // a slot of the whole answer may be taken: one was, and nobody knows yet which it is

	NextCursor    string
	NextAvailable *Offer

	FreshUntil time.Time // when the first fragment used stops being fresh; zero when none was
	StaleUntil time.Time // when the first fragment used stops being servable without an error
	FirstStart int64     // start of the earliest slot of the whole answer (Unix seconds); 0 when it is empty
}

// Offer is one merged slot: what all surfaces together know about one identity.
type Offer struct {
	Schedule *Schedule // attributes from the freshest surface; shared by the offers of one clinician, place and visit type
	Start    int64     // Unix seconds
	Offset   int16     // minutes east of UTC, of the department
	Duration uint16    // minutes; 0 when nobody says
	Sources  SourceSet
	Distance float64 // miles from the caller's point; negative when unknown

	// The booking handles, each empty when no surface offers it. A retail booking wants RetailSlotID and
	// RetailProviderID (docs/dexcare.md §7.1), a provider booking ProviderSlotID (docs/dexcare.md §7.2).
	RetailSlotID, RetailProviderID string
	ProviderSlotID                 string

	Score *Score // only when explained
}

// Score is the parts of a ranking score, for explain=true. Each part is between 0 and 1, larger is better.
type Score struct {
	Total, Wait, Distance, Bookable, Spread float64
}

// Identity is the slot's name among taken ones. Offers of visit types that share an id share it.
func (o *Offer) Identity() Identity { return o.Schedule.Identity(o.Start) }

// PublicID is the opaque id of the offer in answers: the same on every replica, 16 URL-safe characters. Other than the
// identity it tells visit types apart that share an id.
func (o *Offer) PublicID() string {
	var text [16]byte
	return string(o.Schedule.Fingerprint().AppendPublicID(text[:0], o.Start))
}

// DepartmentView is a department with its distance from the caller's point in miles, negative when unknown.
type DepartmentView struct {
	Department
	Distance float64
}

// Status is how a source did for one answer.
type Status string

// The statuses, from best to worst.
const (
	StatusFresh   Status = "fresh"
	StatusStale   Status = "stale"
	StatusSkipped Status = "skipped" // not asked
	StatusFailed  Status = "failed"
)

// SourceReport says how one thing that was asked did: one clinician, one department and visit type, or the area.
type SourceReport struct {
	Source    Source
	Key       string // the NPI, "urlName/visitTypeName", or "area"
	Status    Status
	FetchedAt time.Time // of the oldest fragment; zero when there is none
	Slots     int       // slots it lists inside the window asked for
	Reason    Kind      // empty when all is well
}

// Fingerprint is what the public ids of one schedule's slots have in common: 64 bits of a SHA-256 over clinician,
// department and visit type, by its id and its short name without regard to case.
type Fingerprint [8]byte

// Fingerprint of the schedule; see [Offer.PublicID].
func (s *Schedule) Fingerprint() Fingerprint {
	return fingerprint(s.EHRInstance, s.DepartmentID, s.Clinician(), s.VisitTypeID, strings.ToLower(s.VisitTypeName))
}

func fingerprint(fields ...string) (f Fingerprint) {
	var scratch [192]byte
	in := scratch[:0]
	for _, field := range fields {
		in = binary.AppendUvarint(in, uint64(len(field)))
		in = append(in, field...)
	}
	sum := sha256.Sum256(in)
	copy(f[:], sum[:])
	return f
}

// AppendPublicID appends the public id of the slot that starts at start (Unix seconds, until the year 2106).
func (f Fingerprint) AppendPublicID(b []byte, start int64) []byte {
	var id [12]byte
	copy(id[:], f[:])
	binary.BigEndian.PutUint32(id[8:], uint32(start))
	return base64.RawURLEncoding.AppendEncode(b, id[:])
}
