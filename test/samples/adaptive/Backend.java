import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints a session for a user's page, or whether a result is genuine:
 *   java Backend.java session alice@example.com https://www.example.com
 *   java Backend.java redeem alice@example.com RESULT_TOKEN
 */
public class Backend {
    static String call(String path, String json) throws Exception {
        String customerKey = System.getenv("CUSTOMER_KEY");
        String timestamp = String.valueOf(System.currentTimeMillis());
        byte[] digest = MessageDigest.getInstance("SHA-512")
                .digest((customerKey + timestamp + System.getenv("API_KEY")).getBytes("UTF-8"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("COUNTERSIGN_URL") + path))
                .header("Content-Type", "application/json")
                .header("Customer-Key", customerKey)
                .header("Timestamp", timestamp)
                .header("Authorization", HexFormat.of().formatHex(digest))
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** After the password was right: the token for the page's meta tag. Use your JSON library in place of the pattern. */
    static String openSession(String username, String origin) throws Exception {
        String json = "{\"username\":\"" + username + "\",\"origin\":\"" + origin + "\"}";
        String answer = call("/api/risk/session", json);
        Matcher session = Pattern.compile("\"session\":\"([^\"]+)\"").matcher(answer);
        if (!session.find()) throw new IllegalStateException(answer);
        return session.group(1);
    }

    /** Whether the result that the page posted is genuine, new, and of the user who gave the password. */
    static boolean isProved(String username, String resultToken) throws Exception {
        String json = "{\"username\":\"" + username + "\",\"resultToken\":\"" + resultToken + "\"}";
        return call("/api/risk/redeem", json).contains("\"status\":\"SUCCESS\"");
    }

    public static void main(String[] given) throws Exception {
        boolean opens = given[0].equals("session");
        System.out.print(opens ? openSession(given[1], given[2]) : isProved(given[1], given[2]) ? "proved" : "refused");
    }
}
