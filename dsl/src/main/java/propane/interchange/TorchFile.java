package propane.interchange;

import propane.reading.Bounds;
import propane.safetensors.StoredType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file of {@code torch.save(model.state_dict(), …)} as PyTorch has written it since 1.6: a zip of
 * a pickle and of the storages that its tensors are views of.
 */
final class TorchFile {
    private static final String PICKLE = "/data.pkl";

    /** The advice for whatever holds more than tensors. */
    static final String ADVICE =
            "save the tensors alone in Python, torch.save(model.state_dict(), path)";

    private static final String DICTIONARY = "collections.OrderedDict";
    private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String PARAMETER = "torch._utils._rebuild_parameter";

    private static final Map<String, StoredType> STORAGES =
            Map.of(
                    "torch.FloatStorage", StoredType.F32,
                    "torch.HalfStorage", StoredType.F16,
                    "torch.BFloat16Storage", StoredType.BF16,
                    "torch.DoubleStorage", StoredType.F64,
                    "torch.LongStorage", StoredType.I64,
                    "torch.IntStorage", StoredType.I32,
                    "torch.ShortStorage", StoredType.I16,
                    "torch.CharStorage", StoredType.I8,
                    "torch.ByteStorage", StoredType.U8,
                    "torch.BoolStorage", StoredType.BOOL);

    /** How many times as many elements as the storages hold tensors may have that share them. */
    private static final long MOST_SHARED = 16;

    private final Path path;
    private final ZippedFile zip;
    private final String folder;

    private TorchFile(Path path, ZippedFile zip, String folder) {
        this.path = path;
        this.zip = zip;
        this.folder = folder;
    }

    /** Returns whether a zip holds what PyTorch writes. */
    static boolean isOne(ZippedFile zip) {
        return zip.names().stream().anyMatch(name -> name.endsWith(PICKLE));
    }

    /**
     * Reads the tensors of a dictionary.
     *
     * @param entry the path of the dictionary inside others, keys with slashes between them; empty
     *     for the outermost, or the only one that holds tensors
     */
    static Map<String, NDArray> read(Path path, ZippedFile zip, String entry) throws IOException {
        String pickle =
                zip.names().stream()
                        .filter(name -> name.endsWith(PICKLE))
                        .findFirst()
                        .orElseThrow();
        String folder = pickle.substring(0, pickle.length() - PICKLE.length() + 1);
        return new TorchFile(path, zip, folder).tensors(zip.bytes(pickle), entry);
    }

    private Map<String, NDArray> tensors(byte[] pickle, String entry) throws IOException {
        Object all;
        try {
            all = Pickle.read(pickle, new Torch(), path.toString());
        } catch (FormatException e) {
            throw new FormatException(e.problem().fix(ADVICE), e);
        }
        Map<String, TorchTensor> found = TorchDictionary.chosen(all, entry, path.toString());
        requireBounded(found.values());
        var places = new ArrayList<>(new LinkedHashSet<>(found.values()));
        places.sort(Comparator.comparing(tensor -> tensor.storage().key()));
        var arrays = new HashMap<TorchTensor, NDArray>();
        ByteOrder order = order();
        String loaded = "";
        ByteBuffer bytes = ByteBuffer.allocate(0);
        for (TorchTensor tensor : places) {
            if (!tensor.storage().key().equals(loaded) || arrays.isEmpty()) {
                loaded = tensor.storage().key();
                bytes = ByteBuffer.wrap(zip.bytes(folder + "data/" + loaded)).order(order);
            }
            requireWhole(tensor.storage(), bytes.capacity());
            arrays.put(tensor, tensor.read(bytes, path + ": storage " + loaded));
        }
        var ordered = new LinkedHashMap<String, NDArray>();
        found.forEach((name, tensor) -> ordered.put(name, arrays.get(tensor)));
        return ordered;
    }

    private ByteOrder order() throws IOException {
        String name = folder + "byteorder";
        boolean isBig =
                zip.names().contains(name)
                        && new String(zip.bytes(name), StandardCharsets.US_ASCII).equals("big");
        return isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private void requireWhole(TorchTensor.Storage storage, int bytes) {
        if (storage.count() * storage.type().bytes() != bytes) {
            throw new FormatException(
                    path
                            + ": storage "
                            + Bounds.shown(storage.key())
                            + " has "
                            + bytes
                            + " bytes; "
                            + storage.count()
                            + " elements of "
                            + storage.type()
                            + " take others");
        }
    }

    /**
     * Views may repeat elements; how often is bounded, as a small file could ask for all memory.
     */
    private void requireBounded(Iterable<TorchTensor> tensors) {
        long elements = 0;
        long stored = 0;
        var distinct = new LinkedHashSet<TorchTensor.Storage>();
        for (TorchTensor tensor : tensors) {
            elements += tensor.shape().size();
            stored += distinct.add(tensor.storage()) ? tensor.storage().count() : 0;
        }
        if (elements > MOST_SHARED * stored + (1 << 16)) {
            throw new FormatException(
                    Problem.ofFile(
                                    path,
                                    "its tensors have "
                                            + elements
                                            + " elements, its storages "
                                            + stored
                                            + ": more views of the same elements than are read")
                            .fix("save copies of them in Python, tensor.clone()"));
        }
    }

    /** What the names in such a pickle mean. */
    private final class Torch implements Pickle.Meaning {
        private final Set<String> names = new LinkedHashSet<>(STORAGES.keySet());

        Torch() {
            names.addAll(List.of(DICTIONARY, TENSOR, PARAMETER));
        }

        @Override
        public Set<String> names() {
            return names;
        }

        @Override
        public Object made(String name, List<Object> arguments) {
            if (name.equals(DICTIONARY) && arguments.isEmpty()) {
                return new LinkedHashMap<>();
            }
            if (name.equals(TENSOR)) {
                return TorchTensor.of(arguments, path.toString());
            }
            if (name.equals(PARAMETER)
                    && !arguments.isEmpty()
                    && arguments.getFirst() instanceof TorchTensor tensor) {
                return tensor;
            }
            throw new FormatException(path + ": calls " + name + " with what it does not take");
        }

        @Override
        public Object referred(Object id) {
            if (id instanceof List<?> parts
                    && parts.size() == 5
                    && "storage".equals(parts.get(0))
                    && parts.get(1) instanceof Pickle.Global type
                    && STORAGES.containsKey(type.name())
                    && parts.get(2) instanceof String key
                    && parts.get(4) instanceof Long count
                    && count >= 0
                    && count <= Bounds.MOST_ELEMENTS) {
                return new TorchTensor.Storage(key, STORAGES.get(type.name()), count);
            }
            throw new FormatException(path + ": refers to what is no storage of a tensor");
        }
    }
}
