package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// findADoctorOptions say which clinicians the pages show.
type findADoctorOptions struct {
	NPI       []string `help:"Clinicians to ask for, 10 digits each." placeholder:"NPI"`
	Directory string   `help:"Base URL that lists the clinicians at /v1/providers, such as the simulator's." placeholder:"URL"`
	Skew      float64  `help:"Zipf exponent of popularity, more than 1." default:"1.2"`
}

const maxDirectory = 16 << 20 // bytes

var npiGrammar = regexp.MustCompile(`^\d{10}$`)

// clinicians are the NPIs of the flags, or else those of the directory, or of the simulator.
func (o *findADoctorOptions) clinicians(ctx context.Context, all *options) ([]string, error) {
	if !(o.Skew > 1) {
		return nil, errors.New("--skew must be more than 1")
	}
	npis := o.NPI
	if len(npis) == 0 {
		address := cmp.Or(o.Directory, all.Simulator)
		if address == "" {
			return nil, errors.New("name clinicians with --npi, or where to find them with --directory")
		}
		if err := checkBase("--directory", address, all.AllowRemote); err != nil {
			return nil, err
		}
		var err error
		if npis, err = discover(ctx, address); err != nil {
			return nil, err
		}
	}
	for _, npi := range npis {
		if !npiGrammar.MatchString(npi) {
			return nil, fmt.Errorf("%q is not an NPI of 10 digits", npi)
		}
	}
	return npis, nil
}

// discover reads the public list of clinicians (docs/dexcare.md §5.1).
func discover(ctx context.Context, base string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	address := strings.TrimSuffix(base, "/") + "/v1/providers"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	resp, err := directClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("directory: %s answered %s", address, resp.Status)
	}
	var list []struct {
		NPI string `json:"npi"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxDirectory)).Decode(&list); err != nil {
		return nil, fmt.Errorf("directory: %s: %w", address, err)
	}
	npis := make([]string, len(list))
	for i, entry := range list {
		npis[i] = entry.NPI
	}
	slices.Sort(npis)
	if npis = slices.Compact(npis); len(npis) == 0 {
		return nil, fmt.Errorf("directory: %s lists nobody", address)
	}
	return npis, nil
}

const pageSize = 20 // clinicians on a page

// findADoctor asks as Find-a-Doctor pages do.
func findADoctor(npis []string, now time.Time, skew float64) func(*rand.Rand) request {
	query := doctorQuery(npis, now, skew)
	return func(random *rand.Rand) request {
		q := query(random)
		q.Set("product", "findadoctor")
		return page(q)
	}
}

// doctorQuery draws questions: six in ten are a page of twenty clinicians, the others one clinician's profile.
// Popularity is Zipf's over pages and over clinicians; each question takes one of twelve filters.
func doctorQuery(npis []string, now time.Time, skew float64) func(*rand.Rand) url.Values {
	return questions(npis, slices.Collect(slices.Chunk(npis, pageSize)), now, skew)
}

func questions(npis []string, pages [][]string, now time.Time, skew float64) func(*rand.Rand) url.Values {
	filters := doctorFilters(now)
	return func(random *rand.Rand) url.Values {
		query := url.Values{}
		for name, value := range filters[random.IntN(len(filters))] {
			query.Set(name, value)
		}
		if random.IntN(10) < 6 {
			query["npi"] = pages[zipf(random, skew, len(pages))]
		} else {
			query.Set("npi", npis[zipf(random, skew, len(npis))])
		}
		return query
	}
}

// zipf draws from 0…n−1, small numbers far more often.
func zipf(random *rand.Rand, skew float64, n int) int {
	return int(rand.NewZipf(random, skew, 1, uint64(n-1)).Uint64())
}

// doctorFilters are three kinds of visit times four windows. Dates start tomorrow, so that they are in the future in
// every zone.
func doctorFilters(now time.Time) []map[string]string {
	date := func(days int) string { return now.UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	windows := []map[string]string{
		{},
		{"startDate": date(1), "endDate": date(3)},
		{"startDate": date(1), "endDate": date(7)},
		{"startDate": date(8), "endDate": date(14)},
	}
	var filters []map[string]string
	for _, visit := range []string{"", "FollowUp", "NewPatient"} {
		for _, window := range windows {
			filter := map[string]string{}
			for name, value := range window {
				filter[name] = value
			}
			if visit != "" {
				filter["visitTypeName"] = visit
			}
			filters = append(filters, filter)
		}
	}
	return filters
}

// directClient goes where it is told and nowhere else: no redirects, no proxy from the environment, so that a load
// meant for this machine stays on it.
var directClient = &http.Client{
	Transport:     &http.Transport{},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
