package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SalesPlan says how slots are sold elsewhere: by telephone, at a front desk, on other pages. The zero value sells nothing.
type SalesPlan struct {
	Rate     float64            `json:"rate"`              // sales a minute at each clinic
	Hot      map[string]float64 `json:"hot,omitempty"`     // other rates, by a clinic's departmentUrlName
	Lead     Lead               `json:"lead,omitzero"`     // which slots sell; default: DefaultLead
	Bursts   Bursts             `json:"bursts,omitzero"`   // default none
	Releases Releases           `json:"releases,omitzero"` // default none
	Seed     uint64             `json:"seed,omitempty"`    // same seed, same sales; default the tenant's
}

// Lead is how near slots are when they are sold, on average of an exponential distribution: counted in a clinic's free
// starts (the nearest is 0), or in time from now. Written "8" or "36h".
type Lead struct {
	Starts float64
	Time   time.Duration // instead of Starts when more than 0
}

// DefaultLead is the lead of a plan that names none: half of all sales are among a clinic's next six free starts.
var DefaultLead = Lead{Starts: 8}

// Bursts are sales of many slots at once, at each clinic, at moments that nobody knows.
type Bursts struct {
	Every Period `json:"every,omitzero"` // mean time between two, at one clinic
	Size  int    `json:"size,omitempty"` // slots
}

// Releases are sold slots that come back.
type Releases struct {
	Share float64 `json:"share,omitempty"` // of sales, 0…1
	After Period  `json:"after,omitzero"`  // mean time, exponential
}

// Period is a duration that JSON writes as Go does, "1m30s".
type Period time.Duration

// MarshalText writes it.
func (p Period) MarshalText() ([]byte, error) { return []byte(time.Duration(p).String()), nil }

// UnmarshalText reads what [time.ParseDuration] does.
func (p *Period) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration; write one such as 10m", text)
	}
	*p = Period(d)
	return nil
}

// MarshalText writes it as it is read.
func (l Lead) MarshalText() ([]byte, error) {
	if l.Time > 0 {
		return []byte(l.Time.String()), nil
	}
	return strconv.AppendFloat(nil, l.Starts, 'g', -1, 64), nil
}

// UnmarshalText reads "8" or "36h".
func (l *Lead) UnmarshalText(text []byte) (err error) {
	*l = Lead{}
	if l.Starts, err = strconv.ParseFloat(string(text), 64); err == nil {
		if !(l.Starts >= 0 && l.Starts <= maxLeadStarts) {
			return fmt.Errorf("lead: %s is not within 0…%d free starts", text, maxLeadStarts)
		}
		return nil
	}
	if l.Time, err = time.ParseDuration(string(text)); err != nil || l.Time <= 0 {
		return fmt.Errorf("lead: %q is neither a number of free starts, such as 8, nor a time, such as 36h", text)
	}
	return nil
}

const (
	maxSalesRate  = 600 // a minute and clinic
	maxLeadStarts = 10_000
	maxBurst      = 1_000
	leastPeriod   = time.Second
)

// ReadSalesPlan reads JSON. The error names a member that is not known.
func ReadSalesPlan(text []byte) (p SalesPlan, err error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("sales: %w; there are rate, hot {clinic: rate}, lead, bursts {every, size}, releases {share, after} and seed", err)
	}
	return p, nil
}

// ParseSalesPlan reads what a command line says:
//
//	rate=0.06,hot=AcmeRiverton:6,lead=8,burst=5@10m,release=0.1@15m,seed=7
//
// hot may be there more than once.
func ParseSalesPlan(text string) (p SalesPlan, err error) {
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			return p, fmt.Errorf("sales: %q: want name=value, such as rate=0.06", item)
		}
		if err := p.set(name, value); err != nil {
			return p, fmt.Errorf("sales: %s: %w", item, err)
		}
	}
	return p, nil
}

func (p *SalesPlan) set(name, value string) (err error) {
	switch name {
	case "rate":
		p.Rate, err = number(value)
	case "hot":
		clinic, rate, ok := strings.Cut(value, ":")
		if !ok {
			return errors.New("want hot=CLINIC:RATE, such as hot=AcmeRiverton:6")
		}
		if p.Hot == nil {
			p.Hot = map[string]float64{}
		}
		p.Hot[clinic], err = number(rate)
	case "lead":
		err = p.Lead.UnmarshalText([]byte(value))
	case "burst":
		var size float64
		size, p.Bursts.Every, err = numberAt(value)
		p.Bursts.Size = int(size)
	case "release":
		p.Releases.Share, p.Releases.After, err = numberAt(value)
	case "seed":
		p.Seed, err = strconv.ParseUint(value, 10, 64)
	default:
		err = errors.New("there are rate, hot, lead, burst, release and seed")
	}
	return err
}

func number(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// numberAt reads "5@10m".
func numberAt(text string) (n float64, p Period, err error) {
	first, period, ok := strings.Cut(text, "@")
	if !ok {
		return 0, 0, errors.New("want a number and a time, such as 5@10m")
	}
	if n, err = number(first); err == nil {
		err = p.UnmarshalText([]byte(period))
	}
	return n, p, err
}

// checked fills in what the plan leaves open, or names everything that is wrong with it and what to write instead.
func (p SalesPlan) checked(w *World) (SalesPlan, error) {
	var errs []error
	rate := func(name string, n float64) {
		if !(n >= 0 && n <= maxSalesRate) {
			errs = append(errs, fmt.Errorf("%s: %g is not within 0…%d sales a minute", name, n, maxSalesRate))
		}
	}
	rate("rate", p.Rate)
	for _, name := range slices.Sorted(maps.Keys(p.Hot)) {
		rate("hot: "+name, p.Hot[name])
		if d := w.ByURLName[name]; d == nil || !d.Active {
			errs = append(errs, fmt.Errorf("hot: %q is no active clinic; /_acme/directory has their departmentUrlNames, such as %q", name, w.Departments[0].URLName))
		}
	}
	if b := p.Bursts; b != (Bursts{}) && (b.Size < 1 || b.Size > maxBurst || time.Duration(b.Every) < leastPeriod) {
		errs = append(errs, fmt.Errorf("bursts: want a size within 1…%d, and every at least %s", maxBurst, leastPeriod))
	}
	if r := p.Releases; r != (Releases{}) && (!(r.Share >= 0 && r.Share <= 1) || time.Duration(r.After) < leastPeriod) {
		errs = append(errs, fmt.Errorf("releases: want a share within 0…1, and after at least %s", leastPeriod))
	}
	if p.Lead == (Lead{}) {
		p.Lead = DefaultLead
	}
	if p.Seed == 0 {
		p.Seed = w.Options.Seed
	}
	if err := errors.Join(errs...); err != nil {
		return p, fmt.Errorf("sales: %w", err)
	}
	return p, nil
}

func (p SalesPlan) rateAt(d *Department) float64 {
	if rate, ok := p.Hot[d.URLName]; ok {
		return rate
	}
	return p.Rate
}
