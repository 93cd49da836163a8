package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (s *Server) uploadURL(v url.Values) (map[string]any, error) {
	if n, err := strconv.Atoi(v.Get("length")); err != nil || n <= 0 || v.Get("filename") == "" {
		return nil, refused("invalid_arguments")
	}
	f := &File{ID: fmt.Sprintf("F%d", s.next()), Name: v.Get("filename"), Alt: v.Get("alt_txt")}
	s.files[f.ID] = f
	return map[string]any{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// uploaded takes the bytes of a file.
func (s *Server) uploaded(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		if part, _, err = r.FormFile("filename"); err != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
	}
	content, err := io.ReadAll(io.LimitReader(part, 64<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	f, is := s.files[strings.TrimPrefix(r.URL.Path, "/upload/")]
	if !is || err != nil {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	f.Bytes = content
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
}

func (s *Server) completeUpload(v url.Values) (map[string]any, error) {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(v.Get("files")), &list) != nil || len(list) == 0 {
		return nil, refused("invalid_arguments")
	}
	c, err := s.room(v.Get("channel_id"))
	if err != nil {
		return nil, err
	}
	done := []map[string]any{}
	for _, item := range list {
		f, is := s.files[item.ID]
		if !is || f.Bytes == nil {
			return nil, refused("file_not_found")
		}
		f.Title, f.Channel, f.Thread = item.Title, c.ID, v.Get("thread_ts")
		done = append(done, map[string]any{"id": f.ID, "title": f.Title})
	}
	return map[string]any{"files": done}, nil
}
