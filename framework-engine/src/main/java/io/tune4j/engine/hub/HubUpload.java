// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Uploads a folder to a repository of the hub as one commit. Large files go to the hub's storage first, under their sha256; those that
 * are there already, from an upload that broke off for example, are not sent again.
 */
public final class HubUpload {
    private static final String LFS = "application/vnd.git-lfs+json";
    private static final int SAMPLE = 512;

    private final HubSettings settings;
    private final HubRepository repository;
    private final HubProgress progress;
    private final UploadHttp http;

    /** @throws UserException if there is no token */
    public HubUpload(HubSettings settings, HubRepository repository, HubProgress progress) {
        if (settings.token() == null) {
            throw new UserException("an upload to " + settings.endpoint()
                    + " needs a token with the right to write: set HF_TOKEN, or give --hf-token");
        }
        if (!repository.id().contains("/")) {
            throw new UserException("'" + repository.id() + "' has no owner; expected OWNER/NAME, such as me/my-model");
        }
        this.settings = settings;
        this.repository = repository;
        this.progress = progress;
        this.http = new UploadHttp(settings, progress);
    }

    /**
     * The outcome.
     *
     * @param files in the commit
     * @param sent of them, whose content had to be sent to the storage
     * @param present of them, whose content was there
     */
    public record Uploaded(int files, int sent, int present) {}

    /**
     * Uploads.
     *
     * @param folder whose files, except hidden ones, are the commit's
     * @param card the text of README.md where the folder has none
     * @param isPrivate whether a repository that is made for it is private
     */
    public Uploaded run(Path folder, String card, boolean isPrivate) {
        Map<String, Path> files = files(folder);
        create(isPrivate);
        Map<String, Boolean> large = modes(files);
        Map<String, String> hashes = new TreeMap<>();
        large.forEach((name, isLarge) -> {
            if (isLarge) {
                hashes.put(name, sha256(file(files, name)));
            }
        });
        int sent = hashes.isEmpty() ? 0 : store(files, hashes);
        commit(files, hashes, card);
        return new Uploaded(files.size() + (files.containsKey("README.md") ? 0 : 1), sent, hashes.size() - sent);
    }

    private static Map<String, Path> files(Path folder) {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.startsWith(".") && !name.contains("/.")) {
                    files.put(name, file);
                }
            }
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        if (files.isEmpty()) {
            throw new DataException(folder + " has no files to upload; name the folder of an adapter or a model");
        }
        return files;
    }

    private static Path file(Map<String, Path> files, String name) {
        Path file = files.get(name);
        if (file == null) {
            throw new ResourceException(
                    "the hub asks for '" + name + "', which is not uploaded; run the command again");
        }
        return file;
    }

    private void create(boolean isPrivate) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("type", "model").put("name", repository.name()).put("private", isPrivate);
        body.put("organization", repository.id().substring(0, repository.id().indexOf('/')));
        http.post("/api/repos/create", "application/json", body.toString(), "the repository " + repository.label());
    }

    /** Asks which files are large. */
    private Map<String, Boolean> modes(Map<String, Path> files) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode list = body.putArray("files");
        files.forEach((name, file) -> {
            try (InputStream in = Files.newInputStream(file)) {
                list.addObject()
                        .put("path", name)
                        .put("sample", Base64.getEncoder().encodeToString(in.readNBytes(SAMPLE)))
                        .put("size", Files.size(file));
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        });
        JsonNode answer = http.post(api("preupload"), "application/json", body.toString(), "the list of files");
        Map<String, Boolean> modes = new TreeMap<>();
        if (answer != null) {
            answer.path("files")
                    .forEach(each -> modes.put(
                            each.path("path").asText(),
                            each.path("uploadMode").asText().equals("lfs")));
        }
        if (!modes.keySet().equals(files.keySet())) {
            throw new ResourceException(settings.endpoint() + " did not say how it takes the files; check HF_ENDPOINT");
        }
        return modes;
    }

    private String api(String what) {
        return "/api/models/" + repository.id() + "/" + what + "/" + repository.revision();
    }

    private static String sha256(Path file) {
        MessageDigest digest = Sha256.start();
        byte[] piece = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Sends what the storage does not have, and returns how many files that were. */
    private int store(Map<String, Path> files, Map<String, String> hashes) {
        Map<String, Path> byHash = new HashMap<>();
        hashes.forEach((name, hash) -> byHash.put(hash, file(files, name)));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("operation", "upload").put("hash_algo", "sha256");
        body.putArray("transfers").add("basic").add("multipart");
        ArrayNode objects = body.putArray("objects");
        byHash.forEach((hash, file) -> objects.addObject().put("oid", hash).put("size", size(file)));
        JsonNode answer = http.post(
                "/" + repository.id() + ".git/info/lfs/objects/batch", LFS, body.toString(), "the list of large files");
        int sent = 0;
        for (JsonNode object : answer == null ? List.<JsonNode>of() : answer.path("objects")) {
            String hash = object.path("oid").asText();
            Path file = byHash.get(hash);
            if (object.has("error") || file == null) {
                throw new ResourceException(settings.endpoint() + " does not take " + file + ": "
                        + object.path("error").path("message").asText("unknown"));
            }
            if (object.path("actions").has("upload")) {
                progress.note("sending " + file.getFileName());
                send(object.path("actions"), hash, file);
                sent++;
            }
        }
        return sent;
    }

    private void send(JsonNode actions, String hash, Path file) {
        JsonNode upload = actions.path("upload");
        URI target = URI.create(upload.path("href").asText());
        Map<String, String> headers = new HashMap<>();
        upload.path("header")
                .properties()
                .forEach(each -> headers.put(each.getKey(), each.getValue().asText()));
        long size = size(file);
        String what = String.valueOf(file.getFileName());
        String pieces = headers.remove("chunk_size");
        if (pieces == null) {
            http.put(target, headers, file, 0, size, what);
        } else {
            sendInParts(target, headers, Long.parseLong(pieces), hash, file);
        }
        JsonNode verify = actions.path("verify");
        if (verify.has("href")) {
            Map<String, String> own = new HashMap<>();
            verify.path("header")
                    .properties()
                    .forEach(each -> own.put(each.getKey(), each.getValue().asText()));
            http.postTo(
                    URI.create(verify.path("href").asText()),
                    own,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("oid", hash)
                            .put("size", size)
                            .toString(),
                    what);
        }
    }

    /** The headers are then the addresses of the parts by their numbers. */
    private void sendInParts(URI end, Map<String, String> addresses, long partSize, String hash, Path file) {
        long size = size(file);
        String what = String.valueOf(file.getFileName());
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("oid", hash);
        ArrayNode parts = body.putArray("parts");
        Map<Integer, String> ordered = new TreeMap<>();
        addresses.forEach((key, value) -> {
            if (key.matches("\\d{1,6}")) {
                ordered.put(Integer.valueOf(key), value);
            }
        });
        long at = 0;
        for (Map.Entry<Integer, String> part : ordered.entrySet()) {
            long length = Math.min(partSize, size - at);
            String tag = http.put(URI.create(part.getValue()), Map.of(), file, at, length, what);
            parts.addObject().put("partNumber", part.getKey()).put("etag", tag);
            at += length;
        }
        if (at != size) {
            throw new ResourceException(settings.endpoint() + " gave addresses for " + at + " of the " + size
                    + " bytes of " + what + "; run the command again");
        }
        http.postTo(end, Map.of(), body.toString(), what);
    }

    private void commit(Map<String, Path> files, Map<String, String> hashes, String card) {
        List<String> lines = new ArrayList<>();
        ObjectNode header = JsonNodeFactory.instance.objectNode().put("key", "header");
        header.putObject("value").put("summary", "Upload with tune4j").put("description", "");
        lines.add(header.toString());
        if (!files.containsKey("README.md")) {
            lines.add(small("README.md", card.getBytes(StandardCharsets.UTF_8)));
        }
        files.forEach((name, file) -> {
            String hash = hashes.get(name);
            if (hash == null) {
                try {
                    lines.add(small(name, Files.readAllBytes(file)));
                } catch (IOException e) {
                    throw unreadable(file, e);
                }
            } else {
                ObjectNode line = JsonNodeFactory.instance.objectNode().put("key", "lfsFile");
                line.putObject("value")
                        .put("path", name)
                        .put("algo", "sha256")
                        .put("oid", hash)
                        .put("size", size(file));
                lines.add(line.toString());
            }
        });
        http.post(api("commit"), "application/x-ndjson", String.join("\n", lines) + "\n", "the commit");
    }

    private static String small(String name, byte[] content) {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put("key", "file");
        line.putObject("value")
                .put("path", name)
                .put("encoding", "base64")
                .put("content", Base64.getEncoder().encodeToString(content));
        return line.toString();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DataException unreadable(Path path, IOException e) {
        return new DataException("cannot read " + path + ": " + e.getMessage() + "; check its permissions", e);
    }
}
