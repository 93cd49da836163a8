package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDockerfile holds the image to what it promises: nothing in it but the
// static binary and the certificates, built by the version of go.mod, run by a
// user that is not root.
func TestDockerfile(t *testing.T) {
	lines := instructions(t, "docker/Dockerfile")
	last := 0
	for i, l := range lines {
		if l[0] == "FROM" {
			last = i
		}
		if l[0] == "ADD" || l[0] == "HEALTHCHECK" || l[0] == "SHELL" {
			t.Errorf("%s does what cannot be checked", l[0])
		}
	}
	image := lines[last:]
	if image[0][1] != "scratch" {
		t.Errorf("the image is made from %s", image[0][1])
	}
	for name, want := range map[string]string{
		"COPY": "--from=build /root/image/ /", "USER": "65532:65532", "ENTRYPOINT": `["/lineman"]`, "CMD": `["serve"]`, "STOPSIGNAL": "SIGTERM",
	} {
		if !slices.Contains(image, [2]string{name, want}) {
			t.Errorf("no %s %s in %v", name, want, image)
		}
	}
	if slices.ContainsFunc(image, func(l [2]string) bool { return l[0] == "RUN" }) {
		t.Error("nothing can be run in an empty image")
	}
	text := read(t, "docker/Dockerfile")
	for _, want := range []string{"CGO_ENABLED=0 go build", "ca-certificates.crt", "chown 65532:65532 /root/image/var/lib/lineman"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, filepath.Join("..", "go.mod")))
	if version == nil || lines[0][1] != "golang:"+version[1]+" AS build" {
		t.Errorf("go.mod wants %v, the image is built by %s", version, lines[0][1])
	}
}

// instructions reads a Dockerfile: each instruction with the rest of it.
func instructions(t *testing.T, path string) (all [][2]string) {
	t.Helper()
	text := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(read(t, path), "")
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		all = append(all, [2]string{name, rest})
	}
	if len(all) < 10 {
		t.Fatalf("only %d instructions", len(all))
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
