// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a {@link LocalHub} that takes uploads: repositories are made, files above a size go to the storage in one piece or in
 * parts, and a commit adds the files to the repository.
 */
final class HubUploads {
    private static final Pattern PREUPLOAD = Pattern.compile("/api/models/(.+)/preupload/main");
    private static final Pattern COMMIT = Pattern.compile("/api/models/(.+)/commit/main");
    private static final Pattern BATCH = Pattern.compile("/(.+)\\.git/info/lfs/objects/batch");
    private static final Pattern OBJECT = Pattern.compile("/lfs/([0-9a-f]{64})(?:/(\\d+))?");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, HubContent> repositories;
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
    private int partSize = Integer.MAX_VALUE;

    HubUploads(Map<String, HubContent> repositories) {
        this.repositories = repositories;
    }

    /** An answer with a status and a text. */
    record Answer(int status, String body) {}

    /** Objects longer than this are taken in parts. */
    void partsOf(int bytes) {
        partSize = bytes;
    }

    static boolean concerns(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("POST")
                || exchange.getRequestMethod().equals("PUT");
    }

    /** Answers a request to the hub itself. */
    Answer hub(HttpExchange exchange, URI hub, URI storage) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (!("Bearer " + HubContent.TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return new Answer(403, "{\"error\":\"You don't have the rights\"}");
        }
        String path = exchange.getRequestURI().getPath();
        Matcher preupload = PREUPLOAD.matcher(path);
        Matcher commit = COMMIT.matcher(path);
        Matcher object = OBJECT.matcher(path);
        if (path.equals("/api/repos/create")) {
            JsonNode asked = JSON.readTree(body);
            String id = asked.path("organization").asText() + "/"
                    + asked.path("name").asText();
            boolean there = repositories.putIfAbsent(id, new HubContent()) != null;
            return new Answer(there ? 409 : 200, "{\"url\":\"" + hub + "/" + id + "\"}");
        } else if (preupload.matches()) {
            return modes(JSON.readTree(body));
        } else if (BATCH.matcher(path).matches()) {
            return batch(JSON.readTree(body), hub, storage);
        } else if (commit.matches()) {
            return commit(commit.group(1), new String(body, StandardCharsets.UTF_8));
        } else if (object.matches()) {
            return joined(object.group(1), JSON.readTree(body));
        }
        return new Answer(404, "");
    }

    /** Takes an object, or a part of one, at the storage, which must not see the token. */
    Answer storage(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Matcher object = OBJECT.matcher(exchange.getRequestURI().getPath());
        if (!object.matches() || exchange.getRequestHeaders().containsKey("Authorization")) {
            return new Answer(400, "");
        }
        if (object.group(2) != null) {
            parts.put(object.group(1) + "/" + object.group(2), body);
            exchange.getResponseHeaders().set("ETag", "\"" + object.group(2) + "\"");
            return new Answer(200, "");
        }
        return stored(object.group(1), body);
    }

    private Answer stored(String hash, byte[] body) {
        if (!sha256(body).equals(hash)) {
            return new Answer(400, "other content");
        }
        objects.put(hash, body);
        return new Answer(200, "");
    }

    private Answer joined(String hash, JsonNode asked) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (JsonNode part : asked.path("parts")) {
            byte[] bytes = parts.get(hash + "/" + part.path("partNumber").asText());
            if (bytes == null
                    || !part.path("etag")
                            .asText()
                            .equals("\"" + part.path("partNumber").asText() + "\"")) {
                return new Answer(400, "a part is missing");
            }
            whole.write(bytes);
        }
        return stored(hash, whole.toByteArray());
    }

    private static Answer modes(JsonNode asked) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode files = answer.putArray("files");
        for (JsonNode file : asked.path("files")) {
            boolean large = file.path("path").asText().endsWith(".safetensors")
                    || file.path("path").asText().endsWith(".gguf");
            files.addObject().put("path", file.path("path").asText()).put("uploadMode", large ? "lfs" : "regular");
        }
        return new Answer(200, answer.toString());
    }

    private Answer batch(JsonNode asked, URI hub, URI storage) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("objects");
        for (JsonNode object : asked.path("objects")) {
            String hash = object.path("oid").asText();
            long size = object.path("size").asLong();
            ObjectNode each = list.addObject().put("oid", hash).put("size", size);
            if (objects.containsKey(hash)) {
                continue;
            }
            ObjectNode upload = each.putObject("actions").putObject("upload");
            if (size <= partSize) {
                upload.put("href", storage + "/lfs/" + hash);
            } else {
                upload.put("href", hub + "/lfs/" + hash);
                ObjectNode header = upload.putObject("header").put("chunk_size", String.valueOf(partSize));
                for (int i = 1; (long) (i - 1) * partSize < size; i++) {
                    header.put(String.valueOf(i), storage + "/lfs/" + hash + "/" + i);
                }
            }
        }
        return new Answer(200, answer.toString());
    }

    private Answer commit(String id, String lines) throws IOException {
        HubContent content = repositories.get(id);
        if (content == null) {
            return new Answer(404, "");
        }
        for (String line : lines.split("\n")) {
            JsonNode entry = JSON.readTree(line);
            JsonNode value = entry.path("value");
            switch (entry.path("key").asText()) {
                case "file" ->
                    content.file(
                            value.path("path").asText(),
                            Base64.getDecoder().decode(value.path("content").asText()));
                case "lfsFile" -> {
                    byte[] bytes = objects.get(value.path("oid").asText());
                    if (bytes == null) {
                        return new Answer(400, "{\"error\":\"object not found\"}");
                    }
                    content.file(value.path("path").asText(), bytes);
                }
                default -> {}
            }
        }
        return new Answer(200, "{\"commitOid\":\"" + HubContent.COMMIT + "\"}");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
