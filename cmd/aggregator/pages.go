package main

import (
	"context"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/api"
	"timeslots/internal/api/reference"
	"timeslots/web"
)

// buildPages makes the patient pages, where they are wanted.
func (s *service) buildPages(cfg *config.Config, demo *web.Demo) error {
	if !cfg.Pages.Enabled {
		return nil
	}
	made, err := web.New(web.Options{Demo: demo})
	s.pages = pages{made}
	return err
}

// pages are the patient pages as the public routes want them: neither side knows the other.
type pages struct{ *web.Pages }

// Files implements api.Pages.
func (p pages) Files() []reference.File {
	made := p.Pages.Files()
	files := make([]reference.File, len(made))
	for i, f := range made {
		files[i] = reference.File(f)
	}
	return files
}

// Render implements api.Pages.
func (p pages) Render(ctx context.Context, path, rawQuery string, ask api.Ask) (api.Document, error) {
	d, err := p.Pages.Render(ctx, path, rawQuery, func(ctx context.Context, path, rawQuery string) web.Reply {
		return web.Reply(ask(ctx, path, rawQuery))
	})
	return api.Document(d), err
}
