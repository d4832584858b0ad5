import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Document 000's Java sample, with the JDK's own client and hash in place of Apache's: the same headers and body. */
public class Challenge {
    public static void main(String[] arguments) throws Exception {
        System.out.println(new Challenge().callChallengeRestApi());
    }

    public String callChallengeRestApi() throws Exception {
        /* The challenge rest api url which needs to be called to challenge the user. */
        String generateUrl = "URL-provided-by-us";
        /* The customer Key provided to you */
        String customerKey = "<YOUR_CUSTOMER_KEY>";
        /* The customer API Key provided to you */
        String apiKey = "<YOUR_API_KEY>";
        /* Current time in milliseconds since midnight, January 1, 1970 UTC. */
        String currentTimeInMillis = String.valueOf(System.currentTimeMillis());
        /* Creating the Hash using SHA-512 algorithm */
        String stringToHash = customerKey + currentTimeInMillis + apiKey;
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(stringToHash.getBytes(StandardCharsets.UTF_8));
        String hashValue = HexFormat.of().formatHex(hash);
        /* The JSON string containing the request information */
        String jsonRequestString = "{\"customerKey\":\"" + customerKey + "\",\"username\":\"xyz@example.com\"}";
        HttpClient httpClient = HttpClient.newHttpClient();
        HttpRequest postRequest = HttpRequest.newBuilder(URI.create(generateUrl))
            .POST(HttpRequest.BodyPublishers.ofString(jsonRequestString))
            .setHeader("Content-Type", "application/json")
            /* Setting the Authorization Header values */
            .setHeader("Customer-Key", customerKey)
            .setHeader("Timestamp", currentTimeInMillis)
            .setHeader("Authorization", hashValue)
            .build();
        /* Calling the rest API */
        HttpResponse<String> httpResponse = httpClient.send(postRequest, HttpResponse.BodyHandlers.ofString());
        /* If invalid response is received, throwing a Runtime Exception */
        if (httpResponse.statusCode() != 200) {
            throw new RuntimeException("Invalid response received from authentication server. HTTP error code: "
                + httpResponse.statusCode());
        }
        return httpResponse.body();
    }
}
