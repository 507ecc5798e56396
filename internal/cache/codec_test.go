package cache

import (
	"encoding/binary"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
	"timeslots/test/rig/redistest"
)

const testName = "timeslots:acme:prd:f1:some-key"

func newTestCodec(t testing.TB) *codec {
	t.Helper()
	c, err := newCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listOf is nil, empty or filled, which are three subjects.
func listOf[T any](t *rapid.T, one func(*rapid.T) T) []T {
	n := rapid.IntRange(-1, 5).Draw(t, "length")
	if n < 0 {
		return nil
	}
	list := make([]T, n)
	for i := range list {
		list[i] = one(t)
	}
	return list
}

func word(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "ehr", "FollowUp", "\xff\x00"}), rapid.String()).Draw(t, "word")
}

func words(t *rapid.T, fields []*string) {
	for _, s := range fields {
		*s = word(t)
	}
}

func miles(t *rapid.T) float64 { return rapid.Float64Range(-180, 180).Draw(t, "number") }

// moment is a time that the envelope can hold, the zero time included.
func moment(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "zero time") {
		return time.Time{}
	}
	return time.Unix(0, rapid.Int64Range(0, 9e18).Draw(t, "nanoseconds"))
}

func anySchedule(t *rapid.T) timeslot.Schedule {
	tri := rapid.SampledFrom([]timeslot.Tri{timeslot.Unknown, timeslot.No, timeslot.Yes})
	s := timeslot.Schedule{
		Pool: rapid.Bool().Draw(t, "pool"), ForNewPatient: tri.Draw(t, "new"),
		ForEstablishedPatient: tri.Draw(t, "established"), Bookable: tri.Draw(t, "bookable"),
	}
	words(t, scheduleText(&s))
	return s
}

func anyVisitType(t *rapid.T) timeslot.VisitType {
	var v timeslot.VisitType
	words(t, visitTypeText(&v))
	return v
}

func anyDepartment(t *rapid.T) timeslot.Department {
	d := timeslot.Department{Inactive: rapid.Bool().Draw(t, "inactive"), VisitTypes: listOf(t, anyVisitType)}
	words(t, departmentText(&d))
	if rapid.Bool().Draw(t, "has point") {
		d.Point = &timeslot.Point{Latitude: miles(t), Longitude: miles(t)}
	}
	return d
}

func anyProvider(t *rapid.T) timeslot.Provider {
	p := timeslot.Provider{Specialties: listOf(t, word), VisitTypes: listOf(t, anyVisitType)}
	words(t, providerText(&p))
	return p
}

func anyFragment(t *rapid.T) *timeslot.Fragment {
	f := &timeslot.Fragment{
		Key:         redistest.KeyOfNPI(1),
		FetchedAt:   moment(t),
		Bounds:      timeslot.Bounds{Fresh: moment(t), Stale: moment(t), StaleOnError: moment(t)},
		NotFound:    rapid.Bool().Draw(t, "not found"),
		Epoch:       rapid.Uint64().Draw(t, "epoch"),
		Digest:      timeslot.Digest(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "digest")),
		Covers:      timeslot.Interval{From: moment(t), Until: moment(t)},
		Schedules:   listOf(t, anySchedule),
		Departments: listOf(t, anyDepartment),
		Providers:   listOf(t, anyProvider),
		Dropped:     rapid.Int().Draw(t, "dropped"),
		Odd: listOf(t, func(t *rapid.T) timeslot.Oddity {
			return timeslot.Oddity{Reason: timeslot.OddReason(word(t)), Count: rapid.Int().Draw(t, "count"), Sample: word(t)}
		}),
		Body: listOf(t, func(t *rapid.T) byte { return rapid.Byte().Draw(t, "byte") }),
	}
	if rapid.Bool().Draw(t, "has distances") {
		f.Distances = map[string]float64{}
		for _, key := range listOf(t, word) {
			f.Distances[key] = miles(t)
		}
	}
	if n := len(f.Schedules); n > 0 {
		if slots := listOf(t, func(t *rapid.T) timeslot.SlotWithID {
			return timeslot.SlotWithID{ID: word(t), Slot: timeslot.Slot{
				Start: rapid.Int64().Draw(t, "start"), Schedule: uint32(rapid.IntRange(0, n-1).Draw(t, "schedule")),
				Duration: rapid.Uint16().Draw(t, "duration"), Offset: rapid.Int16().Draw(t, "offset"),
			}}
		}); slots != nil {
			f.SetSlots(slots)
		}
	}
	return f
}

func encoding(t testing.TB, c *codec, f *timeslot.Fragment) []byte {
	t.Helper()
	data, err := c.encode(testName, f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func comesBack(t rapid.TB, c *codec, want *timeslot.Fragment) {
	t.Helper()
	data, err := c.encode(testName, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.decode(data, testName, want.Key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, uncounted); diff != "" {
		t.Fatalf("fragment (-want +got):\n%s", diff)
	}
}

func TestAnyFragmentSurvivesTheCodec(t *testing.T) {
	c := newTestCodec(t)
	rapid.Check(t, func(t *rapid.T) {
		comesBack(t, c, anyFragment(t))
	})
}

// A field that is added to the domain and forgotten here would silently be lost on the way through Redis.
func TestEveryFieldOfTheDomainIsEncoded(t *testing.T) {
	want := &timeslot.Fragment{}
	setEveryField(t, reflect.ValueOf(want).Elem())
	want.Key = redistest.KeyOfNPI(1)
	comesBack(t, newTestCodec(t), want)
}

func setEveryField(t *testing.T, v reflect.Value) {
	t.Helper()
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(1_900_000_000, 7)))
		return
	}
	if v.Type() == reflect.TypeFor[*timeslot.Servings]() {
		return // counted anew in each process
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			setEveryField(t, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			setEveryField(t, v.Index(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2)) // two, so that 1 is a valid index
		for i := range v.Len() {
			setEveryField(t, v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		setEveryField(t, key)
		setEveryField(t, value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setEveryField(t, v.Elem())
	case reflect.String:
		v.SetString("set")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	default:
		t.Fatalf("no value for a %s: teach the codec and this test", v.Type())
	}
}

func TestValuesThatAreNotUsed(t *testing.T) {
	c := newTestCodec(t)
	f := redistest.WithSlots(30, time.Unix(1_900_000_000, 0))
	good := encoding(t, c, f)
	changed := func(change func(b []byte) []byte) []byte { return change(append([]byte(nil), good...)) }
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"empty":                  {nil, errDamaged},
		"foreign text":           {[]byte("a string that somebody else stored under our key, long enough for a header"), errDamaged},
		"cut within the header":  {good[:headerSize-1], errDamaged},
		"cut within the name":    {resealed(good[:headerSize+3]), errDamaged},
		"cut within the payload": {good[:len(good)-1], errDamaged},
		"a head alone":           {good[:bodyAt], errDamaged},
		"cut within the sum":     {good[:bodyAt+sumSize-1], errDamaged},
		"a byte too many":        {append(changed(func(b []byte) []byte { return b }), 0), errDamaged},
		"a later bound":          {changed(func(b []byte) []byte { b[offsetLast]++; return b }), errDamaged},
		"another digest's head":  {resealedHead(changed(func(b []byte) []byte { b[offsetDigest]++; return b })), errDamaged},
		"a flipped payload bit":  {changed(func(b []byte) []byte { b[len(b)-9] ^= 4; return b }), errDamaged},
		"format 0":               {changed(func(b []byte) []byte { b[offsetVersion] = 0; return b }), errDamaged},
		"a newer format":         {changed(func(b []byte) []byte { b[offsetVersion]++; return b }), errNewer},
		"another key's value":    {changed(func(b []byte) []byte { b[headerSize]++; return resealed(b) }), errWrongKey},
		"no zstd":                {resealed(append(good[:bodyAt+sumSize:bodyAt+sumSize], "junk"...)), errDamaged},
		"two payloads":           {resealed(append(changed(func(b []byte) []byte { return b }), payloadOf(good)...)), errDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			if f, err := c.decode(test.data, testName, f.Key); !errors.Is(err, test.want) || f != nil {
				t.Errorf("got fragment %v, error %v; want error %v", f, err, test.want)
			}
		})
	}
}

// bodyAt is where the body begins of a value with the test's name.
const bodyAt = headerSize + len(testName)

func payloadOf(value []byte) []byte { return value[bodyAt+sumSize:] }

// resealed gives a value checksums that fit, so that what they guard is reached.
func resealed(value []byte) []byte {
	out := resealedHead(value)
	if len(out) >= bodyAt+sumSize {
		binary.BigEndian.PutUint64(out[bodyAt:], bodySum(timeslot.Digest(out[offsetDigest:]), payloadOf(out)))
	}
	return out
}

func resealedHead(value []byte) []byte {
	out := append([]byte(nil), value...)
	binary.BigEndian.PutUint64(out[offsetSum:], xxhash.Sum64(out[offsetFetched:min(len(out), bodyAt)]))
	return out
}

func TestAZipBombCostsBoundedMemory(t *testing.T) {
	c := newTestCodec(t)
	good := encoding(t, c, redistest.Fragment(redistest.KeyOfNPI(1), time.Unix(1_900_000_000, 0)))
	bomb := c.encoder.EncodeAll(make([]byte, maxPayload+1), good[:bodyAt+sumSize:bodyAt+sumSize])
	spent := allocated(func() {
		if _, err := c.decode(resealed(bomb), testName, redistest.KeyOfNPI(1)); !errors.Is(err, errDamaged) {
			t.Errorf("got %v, want %v", err, errDamaged)
		}
	})
	if spent > maxPayload+1<<20 {
		t.Errorf("%d bytes of bomb made decode allocate %d", len(bomb), spent)
	}
}

func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestFragmentsThatNobodyCouldReadAreNotWritten(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	for name, change := range map[string]func(*timeslot.Fragment){
		"a slot without its schedule":    func(f *timeslot.Fragment) { f.Slots[0].Schedule = 1 },
		"a body beyond the bound":        func(f *timeslot.Fragment) { f.Body = make([]byte, maxWeight) },
		"a time before the epoch":        func(f *timeslot.Fragment) { f.FetchedAt = time.Unix(-1, 0) },
		"a time that nanoseconds exceed": func(f *timeslot.Fragment) { f.Bounds.Stale = time.Unix(1<<40, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			f := redistest.Fragment(redistest.KeyOfNPI(1), now)
			change(f)
			if data, err := newTestCodec(t).encode(testName, f); err == nil {
				t.Errorf("wrote %d bytes", len(data))
			}
		})
	}
}
