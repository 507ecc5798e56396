package search

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"timeslots/internal/timeslot"
)

func TestACampaignRunsFromItsMomentToItsEndAndNoRoundIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var rounds []time.Duration
		prefetch := func(_ context.Context, product, query string, ahead time.Duration) (bool, error) {
			if product != "flushot" || query != "npi=9000000017" || ahead != 11*time.Second {
				t.Errorf("%s %s %v", product, query, ahead)
			}
			rounds = append(rounds, time.Since(begun))
			return true, nil
		}
		c := StartCampaigns([]Campaign{{
			Product: "flushot", Query: "npi=9000000017", Every: 10 * time.Second, From: begun.Add(time.Hour), Until: begun.Add(61 * time.Minute),
		}}, prefetch, slog.New(slog.DiscardHandler))
		time.Sleep(2 * time.Hour)
		c.Close()
		if len(rounds) < 6 || len(rounds) > 8 || rounds[0] < time.Hour || rounds[len(rounds)-1] >= 61*time.Minute {
			t.Fatalf("rounds at %v", rounds)
		}
		for i := 1; i < len(rounds); i++ {
			if pause := rounds[i] - rounds[i-1]; pause < 8*time.Second || pause > 10*time.Second {
				t.Errorf("round %d came after %v", i, pause)
			}
		}
		if s := c.State()[0]; s.Rounds != len(rounds) || !s.Complete || s.Error != "" || s.Last.Sub(begun) != rounds[len(rounds)-1] {
			t.Errorf("%+v", s)
		}
	})
}

func TestARoundThatFailsIsSaidWithoutAnAddressAndTheNextOneComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		failing := true
		prefetch := func(context.Context, string, string, time.Duration) (bool, error) {
			if failing {
				failing = false
				return false, &timeslot.Error{Kind: timeslot.KindTimeout, Err: errors.New("https://secret.example.org")}
			}
			return true, nil
		}
		c := StartCampaigns([]Campaign{{Product: "flushot", Query: "npi=9000000017", Every: 10 * time.Second}}, prefetch, slog.New(slog.NewTextHandler(&logged, nil)))
		defer c.Close()
		time.Sleep(3 * time.Second)
		if s := c.State()[0]; s.Rounds != 1 || s.Complete || s.Error != "not answered: timeout" {
			t.Errorf("%+v", s)
		}
		if said := logged.String(); !strings.Contains(said, "product=flushot number=1") || strings.Contains(said, "secret") {
			t.Errorf("logged %s", said)
		}
		time.Sleep(10 * time.Second)
		if s := c.State()[0]; s.Rounds != 2 || !s.Complete || s.Error != "" {
			t.Errorf("%+v", s)
		}
	})
}

func TestClosingCampaignsWaitsForTheRoundUnderWayWhichIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := false
		prefetch := func(ctx context.Context, _, _ string, _ time.Duration) (bool, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			over = true
			return false, ctx.Err()
		}
		c := StartCampaigns([]Campaign{{Every: time.Second}}, prefetch, slog.New(slog.DiscardHandler))
		time.Sleep(time.Second)
		c.Close()
		if s := c.State()[0]; !over || s.Rounds != 1 || s.Error != "" {
			t.Errorf("over %v, %+v", over, s)
		}
	})
}
