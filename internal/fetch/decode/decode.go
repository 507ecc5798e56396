package decode

import (
	"bytes"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// Bounds on what one answer may list; more is refused as malformed.
const (
	MaxSlots   = 50_000
	maxEntries = 20_000 // schedules, departments or providers
)

// slotTime is in every slot that any surface lists, once: counting it beforehand refuses bombs before they unfold, and
// says how much room the slots need. (Care Options lists a time once for several clinicians.) Its end is found several
// times as fast, since it begins with a rarer letter.
var (
	slotTime    = []byte(`"slotDateTime"`)
	slotTimeEnd = []byte(`DateTime"`)
)

// optionSize is about what one clinician's offer takes in a document where a start stands once for all who offer it.
const optionSize = 96

// countSlots is how many starts a body lists at most.
func countSlots(body []byte) int {
	n := bytes.Count(body, slotTimeEnd)
	if n > MaxSlots { // other fields may end like that
		return bytes.Count(body, slotTime)
	}
	return n
}

// ErrTooMany is in the chain of the error of an answer that lists more than it may.
var ErrTooMany = fmt.Errorf("%w: more than %d slots", ErrMalformed, MaxSlots)

// ErrMalformed is in the chain of every error of this package: upstream's answer breaks its contract.
var ErrMalformed = errors.New("malformed answer")

// Read is what was asked and when; the answer's meaning depends on it.
type Read struct {
	Key       timeslot.FragmentKey
	FetchedAt time.Time
	FirstDay  timeslot.Date // of the window asked for; 0: from the moment of asking
	LastDay   timeslot.Date // of the window asked for; 0: the operation takes no dates, or none were given

	From     *Upstream          // how it is read; nil: as DexCare's own
	Surfaces *timeslot.Surfaces // nil: DexCare's

	Zone func(department string) string // the directory's zone of a department by its key, empty: unknown; nil: of none
	Odd  func(Oddity)                   // told once for each reason, when the answer is read; nil: nobody is

	// Digest stands for the answer and this read, without FetchedAt. The fragment gets it unless zones decided what was read,
	// which may be others the next time.
	Digest timeslot.Digest
}

// coversDays reports whether the answer speaks for all starts of the days that were asked for.
func (r *Read) coversDays() bool {
	l := r.Surfaces.Listing(&r.Key)
	return l != nil && l.ByBlocks && l.Denies
}

// mark is the byte order mark that some writers put before UTF-8; readers may pass over it (RFC 8259 §8.1).
var mark = []byte("\ufeff")

// Decode reads body as the answer to read. The fragment has no Bounds yet. Body is kept in it, not copied.
func Decode(read Read, body []byte) (*timeslot.Fragment, error) {
	whole := body
	body = bytes.TrimPrefix(body, mark)
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	from := read.upstream()
	if from.Decode != nil {
		f, err := from.Decode(read, whole)
		if err != nil {
			return nil, malformed(err)
		}
		f.Digest = read.Digest
		return f, nil
	}
	slots := countSlots(body)
	if slots > MaxSlots {
		return nil, ErrTooMany
	}
	if from.shared || read.Key.Post { // whose slots are spelled otherwise
		slots = min(max(slots, len(body)/optionSize), MaxSlots)
	}
	b := newBuilder(read, body, slots)
	parse, err := from.parserOf(&b.read.Key)
	if err != nil {
		return nil, err
	}
	if err := parse(b); err != nil {
		return nil, malformed(err)
	}
	if err := b.d.End(); err != nil {
		return nil, malformed(err)
	}
	f := b.fragment()
	f.Body = whole
	b.tellOddities()
	if b.locals == 0 {
		f.Digest = read.Digest
	}
	return f, nil
}

func malformed(err error) error {
	if errors.Is(err, ErrMalformed) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrMalformed, err)
}

// parserOf is the parser of an answer. What is only repeated is read as any document.
func (u *Upstream) parserOf(key *timeslot.FragmentKey) (parse func(*builder) error, err error) {
	if u.parser != nil && !key.Post {
		parse = u.parser(key)
	}
	levels := levelsOf(key)
	switch {
	case parse != nil:
		return parse, nil
	case key.Post && levels != nil:
		return func(b *builder) error { return b.posted(levels) }, nil
	case key.Exact, key.Post:
		return (*builder).document, nil
	default:
		return nil, fmt.Errorf("no decoder for operation %q", key.Operation)
	}
}

// document accepts any JSON: what is only repeated needs no other reading.
func (b *builder) document() error { return b.d.Skip() }

// object calls field for each field of the object that comes next. Null is an object without fields; anything else
// is an error.
func object(d *scan.Scanner, field func(d *scan.Scanner, key []byte) error) error {
	if d.Next() == scan.Null {
		return d.Null()
	}
	return d.Object(field)
}

// array calls element for each element of the array that comes next. Null is an empty array.
func array(d *scan.Scanner, element func(d *scan.Scanner) error) error {
	if d.Next() == scan.Null {
		return d.Null()
	}
	return d.Array(element)
}

// entries calls entry for each element that is an object, and passes over and counts the others.
func (b *builder) entries(d *scan.Scanner, entry func(d *scan.Scanner) error) error {
	return array(d, func(d *scan.Scanner) error {
		if d.Next() != scan.Object {
			raw, err := d.Raw()
			b.lose(ReasonShape, "entry", raw)
			return err
		}
		return entry(d)
	})
}
