package app

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// Errand is what a user starts the app for.
type Errand string

// The errands.
const (
	WalkIn      Errand = "walk-in"     // a clinic nearby
	Appointment Errand = "appointment" // a clinician
	OwnVisits   Errand = "own visits"
	VideoVisit  Errand = "video visit"
)

// Session is one start of the app and what its user does, as the random numbers decide.
type Session struct {
	Phone    *Phone
	Random   *rand.Rand // not the phone's
	Errand   Errand
	Wish     Search  // around the user's position
	State    string  // where the user may be seen by video
	Bookings float64 // share of those who look for an appointment that book one; half of them cancel it

	ByPostalCode bool // the user gives that of the nearest clinic, and not the position

	// Show is called before each screen, and waits while the user looks at the one before. False: the user leaves. It may
	// be nil.
	Show func(ctx context.Context, screen string) bool

	Done Done
}

// Done is what a user did.
type Done struct {
	Booked, Late, Cancelled, Videos int // Late: slots that others had by then
}

// errLeft is a user who leaves the app.
var errLeft = errors.New("app: left")

// Run is the session. A failure ends it, as it ends the app's screen.
func (s *Session) Run(ctx context.Context) error {
	err := s.run(ctx)
	if errors.Is(err, errLeft) || errors.Is(err, ErrNothingLeft) {
		return nil
	}
	return err
}

func (s *Session) run(ctx context.Context) error {
	if err := s.show(ctx, "start"); err != nil {
		return err
	}
	home, err := s.Phone.Open(ctx, s.State)
	if err != nil {
		return err
	}
	slices.SortFunc(home.Clinics, func(a, b Clinic) int { return cmp.Compare(s.away(a), s.away(b)) })
	if s.ByPostalCode && len(home.Clinics) > 0 {
		s.Wish.PostalCode = home.Clinics[0].Address.PostalCode
	}
	switch s.Errand {
	case WalkIn:
		return s.walkIn(ctx, home.Clinics)
	case Appointment:
		return s.appointment(ctx)
	case OwnVisits:
		return s.visits(ctx)
	default:
		return s.video(ctx, home.Regions)
	}
}

func (s *Session) show(ctx context.Context, screen string) error {
	if s.Show != nil && !s.Show(ctx, screen) {
		return errLeft
	}
	return nil
}

// often reports whether something happens that happens with this share.
func (s *Session) often(share float64) bool { return s.Random.Float64() < share }

// walkIn looks at the nearest clinic, often at the next ones too, and may book a slot of the last. Clinics are sorted by
// how far they are.
func (s *Session) walkIn(ctx context.Context, clinics []Clinic) error {
	var shown *Slots
	for i, c := range clinics {
		if i > 0 && !s.often(0.4) {
			break
		}
		if err := s.show(ctx, "clinic"); err != nil {
			return err
		}
		var err error
		if shown, err = s.Phone.Clinic(ctx, c, s.visitTypeOf(c)); err != nil {
			return err
		}
	}
	return s.book(ctx, shown)
}

// away is how far a clinic is, by a measure that orders as miles do.
func (s *Session) away(c Clinic) float64 {
	north := c.Latitude - s.Wish.Latitude
	east := (c.Longitude - s.Wish.Longitude) * math.Cos(s.Wish.Latitude*math.Pi/180)
	return math.Hypot(north, east)
}

// visitTypeOf is what the user wants of a clinic, or else its first.
func (s *Session) visitTypeOf(c Clinic) string {
	name := "Illness" // the SDK's default
	for i, v := range c.VisitTypes {
		if i == 0 || v.ShortName == s.Wish.VisitType {
			name = v.ShortName
		}
	}
	return name
}

// mostLooked is how many of those listed a user would choose from.
const mostLooked = 10

// appointment looks around, opens calendars of who is listed first, and may book in the last.
func (s *Session) appointment(ctx context.Context) error {
	npis, err := s.around(ctx)
	if err != nil {
		return err
	}
	var shown *Slots
	for len(npis) > 0 {
		if shown, err = s.calendar(ctx, npis[s.Random.IntN(min(len(npis), mostLooked))]); err != nil {
			return err
		}
		if !s.often(0.4) {
			break
		}
		if s.often(0.5) { // goes back, and the list is read from now on
			if npis, err = s.around(ctx); err != nil {
				return err
			}
		}
	}
	return s.book(ctx, shown)
}

// around lists slots, or clinicians by who is free first; where nobody is, the user looks three times as far once.
func (s *Session) around(ctx context.Context) (npis []string, err error) {
	for _, radius := range []int{s.Wish.Radius, 3 * s.Wish.Radius} {
		if err := s.show(ctx, "list"); err != nil {
			return nil, err
		}
		search := s.Wish
		search.Radius = min(radius, 100)
		if s.often(0.5) {
			npis, err = s.Phone.CliniciansAround(ctx, search)
		} else {
			var slots []AreaSlot
			slots, err = s.Phone.SlotsAround(ctx, search)
			npis = cliniciansOf(slots, mostLooked)
		}
		if err != nil || len(npis) > 0 {
			return npis, err
		}
	}
	return nil, nil
}

// calendar opens a clinician's first week, and sometimes the next one.
func (s *Session) calendar(ctx context.Context, npi string) (*Slots, error) {
	if err := s.show(ctx, "calendar"); err != nil {
		return nil, err
	}
	c, visitType, err := s.Phone.Clinician(ctx, npi, s.Wish.VisitType)
	if err != nil || visitType == "" {
		return nil, err
	}
	shown, err := s.Phone.Calendar(ctx, c, visitType, 0)
	if err != nil || !s.often(0.3) {
		return shown, err
	}
	if err := s.show(ctx, "calendar"); err != nil {
		return nil, err
	}
	return s.Phone.Calendar(ctx, c, visitType, 1)
}

// book books one of the slots shown, looks at it among the own visits, and may cancel it.
func (s *Session) book(ctx context.Context, shown *Slots) error {
	if shown == nil || !s.often(s.Bookings) {
		return nil
	}
	if err := s.show(ctx, "booking"); err != nil {
		return err
	}
	who, err := s.Phone.Register(ctx)
	if err != nil {
		return err
	}
	b, err := s.Phone.Book(ctx, shown, who, func(list []Slot) Slot { return list[s.Random.IntN(len(list))] })
	s.Done.Late += len(b.Late)
	if err != nil {
		return err
	}
	s.Done.Booked++
	if err := s.visits(ctx); err != nil || !s.often(0.5) {
		return err
	}
	if err := s.show(ctx, "cancel"); err != nil {
		return err
	}
	if err := s.Phone.Cancel(ctx, b.VisitID); err != nil {
		return err
	}
	s.Done.Cancelled++
	return s.visits(ctx)
}

func (s *Session) visits(ctx context.Context) error {
	if err := s.show(ctx, "own visits"); err != nil {
		return err
	}
	_, err := s.Phone.Visits(ctx)
	return err
}

// video looks how long the wait is; half of the users enter the waiting room, and change their minds.
func (s *Session) video(ctx context.Context, regions []Region) error {
	i := slices.IndexFunc(regions, func(r Region) bool { return r.Code == s.State && r.Active && !r.Busy })
	if i < 0 {
		return nil
	}
	if err := s.show(ctx, "virtual care"); err != nil {
		return err
	}
	if err := s.Phone.VirtualCare(ctx, s.State); err != nil || !s.often(0.5) {
		return err
	}
	if err := s.show(ctx, "waiting room"); err != nil {
		return err
	}
	who, err := s.Phone.Register(ctx)
	if err != nil {
		return err
	}
	v, err := s.Phone.StartVideo(ctx, s.State, who)
	if err != nil {
		return err
	}
	if err := v.Wait(ctx); err != nil {
		return err
	}
	s.Done.Videos++
	return v.Cancel(ctx)
}
