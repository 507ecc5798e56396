package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A registry is not asked for base images. Images of the same names are made from Debian's packages and from this
// machine's Go: what the Dockerfile and the composition expect of the real ones is written in these files.
//
//go:embed standins
var standIns embed.FS

const (
	debian      = "bookworm"
	debianImage = "localhost/timeslots-debian"
)

// makeDebian makes the image that the others are made from, unless there is one.
func (e *engine) makeDebian(ctx context.Context) (string, error) {
	if _, err := e.podman(ctx, "image", "exists", debianImage); err == nil {
		return "kept from an earlier run", nil
	}
	root := filepath.Join(e.dir, "root")
	if err := os.RemoveAll(root); err != nil {
		return "", err
	}
	// What debootstrap mounts is gone with it, whatever happens.
	args := []string{"--mount", "debootstrap", "--variant=minbase", "--include=ca-certificates,redis-server,prometheus", debian, root}
	if mirror := e.mirror(ctx); mirror != "" {
		args = append(args, mirror)
	}
	if _, err := e.run(ctx, "unshare", args...); err != nil {
		return "", err
	}
	if err := e.importRoot(ctx, root); err != nil {
		return "", err
	}
	return "made from packages", os.RemoveAll(root)
}

// mirror is where this machine gets its packages from, when it is the same Debian; otherwise debootstrap knows one.
func (e *engine) mirror(ctx context.Context) string {
	list, err := e.run(ctx, "apt-get", "indextargets", "--format", "$(CODENAME) $(ORIGIN) $(REPO_URI)", "Created-By: Packages")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(list) {
		if uri, is := strings.CutPrefix(strings.TrimSpace(line), debian+" Debian "); is {
			return uri
		}
	}
	return ""
}

func (e *engine) importRoot(ctx context.Context, root string) error {
	pack, load := e.command(ctx, "tar", "-C", root, "-c", "."), e.command(ctx, "podman", "import", "-", debianImage)
	pipe, err := pack.StdoutPipe()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	load.Stdin, load.Stdout, load.Stderr, pack.Stderr = pipe, &said, &said, &said
	if err := pack.Start(); err != nil {
		return err
	}
	loaded := load.Run()
	if err := errors.Join(loaded, pack.Wait()); err != nil {
		return failure(ctx, load, err, said.String())
	}
	return nil
}

// makeBase makes an image of a base image's name, from the files of a stand-in and the folder that it copies.
func (e *engine) makeBase(ctx context.Context, kind, image, folder string, args ...string) error {
	files := filepath.Join(e.dir, "standins", kind)
	sub, err := fs.Sub(standIns, "standins/"+kind)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(files), os.CopyFS(files, sub)); err != nil {
		return err
	}
	if folder == "" {
		folder = files
	}
	args = append([]string{"build", "--pull=never", "--network", "none", "--file", filepath.Join(files, "Dockerfile"), "--tag", full(image)}, args...)
	_, err = e.podman(ctx, append(args, folder)...)
	return err
}

// full is an image's whole name; a short one means Docker's registry.
func full(image string) string {
	if strings.Contains(image, "/") {
		return "docker.io/" + image
	}
	return "docker.io/library/" + image
}

var goImage = regexp.MustCompile(`(?m)^FROM (golang:(\d+\.\d+)-` + debian + `) AS build$`)

// makeGo makes the compiler's image of the Go on this machine, unless there is one of the same version.
func (e *engine) makeGo(ctx context.Context) (string, error) {
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		return "", err
	}
	from := goImage.FindStringSubmatch(string(text))
	if from == nil {
		return "", fmt.Errorf("wanted a build stage of the Dockerfile that matches %s, found none", goImage)
	}
	env, err := e.run(ctx, "go", "env", "GOVERSION", "GOROOT")
	if err != nil {
		return "", err
	}
	version, root, _ := strings.Cut(env, "\n")
	if version != "go"+from[2] && !strings.HasPrefix(version, "go"+from[2]+".") {
		return "", fmt.Errorf("wanted Go %s on this machine for %s, found %s", from[2], from[1], version)
	}
	made, err := e.podman(ctx, "image", "inspect", "--format", `{{index .Labels "go"}}`, full(from[1]))
	if err == nil && made == version {
		return version, nil
	}
	return version, e.makeBase(ctx, "golang", from[1], root, "--label", "go="+version)
}
