package timeslot

import (
	"strings"
	"time"
)

// Tri is a yes/no attribute that upstream may leave out.
type Tri uint8

// The values of a Tri. The zero value is Unknown.
const (
	Unknown Tri = iota
	No
	Yes
)

// TriOf turns a known boolean into a Tri.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Modality is how a visit takes place, in DexCare's spelling (docs/dexcare.md §6.1); empty when the source does not say.
type Modality string

// The modalities that Care Options names.
const (
	InClinic Modality = "INCLINIC"
	Video    Modality = "VIDEO"
	Phone    Modality = "PHONE"
)

// Schedule is what the slots of one upstream list share: one clinician, at one department, for one visit type
// (a FHIR Schedule). Strings are upstream's own; empty means that the surface does not carry the field.
type Schedule struct {
	EHRInstance  string // EHR instance, scopes DepartmentID (docs/dexcare.md §2)
	DepartmentID string // unique only inside EHRInstance
	NPI          string // national provider id; may stand for a pool of clinicians
	ProviderID   string // local provider id (Care Direct, v4)
	Pool         bool   // NPI stands for several clinicians; ProviderID identifies (docs/architecture.md §6)

	VisitTypeID    string
	VisitTypeName  string // short name, for example "FollowUp"
	VisitTypeTitle string // for people, for example "Follow Up Visit"
	Modality       Modality

	ForNewPatient         Tri
	ForEstablishedPatient Tri
	Bookable              Tri // No: shown, but must not be offered for booking (docs/dexcare.md §5.3)

	Timezone string // IANA zone of the department
}

// DepartmentKey is the composite identifier "<ehrInstance>|<departmentId>" (docs/dexcare.md §2).
func (s *Schedule) DepartmentKey() string { return DepartmentKey(s.EHRInstance, s.DepartmentID) }

// Clinician identifies who is booked: the NPI, or for a pool the NPI and the local provider id.
func (s *Schedule) Clinician() string {
	if s.Pool && s.ProviderID != "" {
		return s.NPI + "/" + s.ProviderID
	}
	return s.NPI
}

// Identity names the slot of this schedule that starts at start (Unix seconds).
func (s *Schedule) Identity(start int64) Identity {
	return Identity{
		EHRInstance: s.EHRInstance, DepartmentID: s.DepartmentID,
		Clinician: s.Clinician(), VisitTypeID: s.VisitTypeID, Start: start,
	}
}

// Slot is one start of a schedule. It is compact on purpose, and without pointers (16 bytes): fragments hold many.
type Slot struct {
	Start    int64  // Unix seconds
	Schedule uint32 // index into the schedules of the fragment that holds the slot
	Duration uint16 // minutes; 0 when upstream does not say
	Offset   int16  // minutes east of UTC that upstream wrote the start with
}

// SlotWithID is a slot and the opaque base64 slotId that books it (Care Direct and v4 only, else empty); compare, never decode.
type SlotWithID struct {
	Slot
	ID string
}

// Time is the slot's start in the offset that upstream wrote it with.
func (s *Slot) Time() time.Time {
	return time.Unix(s.Start, 0).In(time.FixedZone("", int(s.Offset)*60))
}

// Identity is what makes two slots the same slot, whichever surface lists them (docs/dexcare.md §2, docs/architecture.md §6).
// The tenant is not part of it: a process serves one.
type Identity struct {
	EHRInstance  string
	DepartmentID string
	Clinician    string // see [Schedule.Clinician]
	VisitTypeID  string
	Start        int64 // Unix seconds
}

// DepartmentKey composes "<ehrInstance>|<departmentId>".
func DepartmentKey(ehr, id string) string { return ehr + "|" + id }

// SplitDepartmentKey takes a composite identifier apart at its first pipe.
func SplitDepartmentKey(key string) (ehr, id string, ok bool) {
	ehr, id, ok = strings.Cut(key, "|")
	return ehr, id, ok && ehr != "" && id != ""
}
