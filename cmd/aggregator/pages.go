package main

import (
	"context"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api/pages"
	"timeslots/internal/api/reference"
	"timeslots/web"
)

// buildPages makes the patient pages, where they are wanted.
func (s *service) buildPages(cfg *config.Config, demo *web.Demo) error {
	if !cfg.Pages.Enabled {
		return nil
	}
	made, err := web.New(web.Options{Demo: demo})
	s.pages = patientPages{made}
	return err
}

// patientPages are the patient pages as the public routes want them: neither side knows the other.
type patientPages struct{ *web.Pages }

// Files implements pages.Pages.
func (p patientPages) Files() []reference.File {
	made := p.Pages.Files()
	files := make([]reference.File, len(made))
	for i, f := range made {
		files[i] = reference.File(f)
	}
	return files
}

// Render implements pages.Pages.
func (p patientPages) Render(ctx context.Context, path, rawQuery string, ask pages.Ask) (pages.Document, error) {
	d, err := p.Pages.Render(ctx, path, rawQuery, func(ctx context.Context, path, rawQuery string) web.Reply {
		return web.Reply(ask(ctx, path, rawQuery))
	})
	return pages.Document(d), err
}
